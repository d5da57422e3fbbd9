package expr

import "kinesql/operators/batch"

func inFunctions() []*Function { return []*Function{operator("IN", resolveIn)} }

// resolveIn is x IN (v1, v2, ..): TRUE where x equals one of them, else NULL where
// x or one of them is NULL.
func resolveIn(args []Node) (*implementation, []Node, error) {
	if len(args) < 2 {
		return nil, nil, typeErrorf(-1, "IN needs a list")
	}
	cast, err := ordered(args)
	if err != nil {
		return nil, nil, err
	}
	return &implementation{typ: batch.Of(batch.Boolean), total: true, nullable: true, make: makeIn, print: printIn}, cast, nil
}

func makeIn(args []Node) (kernel, error) {
	for _, a := range args[1:] {
		if _, ok := a.(*Literal); !ok {
			return inKernel, nil
		}
	}
	switch args[0].Type().Lane() {
	case batch.LaneInt:
		set, null := intSet(args[1:])
		return func(f *frame) {
			inSet(f, null, func(v *batch.Vector, i int) bool { return set[v.I64[i]] })
		}, nil
	case batch.LaneBytes:
		set, null := textSet(args[1:])
		return func(f *frame) {
			inSet(f, null, func(v *batch.Vector, i int) bool { return set[string(v.Bytes(i))] })
		}, nil
	}
	return inKernel, nil
}

func intSet(list []Node) (set map[int64]bool, null bool) {
	set = map[int64]bool{}
	for _, n := range list {
		v, _ := ConstValue(n)
		if v == nil {
			null = true
			continue
		}
		set[v.(int64)] = true
	}
	return set, null
}

func textSet(list []Node) (set map[string]bool, null bool) {
	set = map[string]bool{}
	for _, n := range list {
		v, _ := ConstValue(n)
		if v == nil {
			null = true
			continue
		}
		set[v.(string)] = true
	}
	return set, null
}

func inSet(f *frame, null bool, has func(v *batch.Vector, i int) bool) {
	v := f.args[0]
	for i := range f.n {
		if !v.IsValid(i) {
			f.out.Bool[i] = false
			f.null(i)
			continue
		}
		f.out.Bool[i] = has(v, i)
		if null && !f.out.Bool[i] {
			f.null(i)
		}
	}
}

// inKernel compares with each value of the list.
func inKernel(f *frame) {
	x := f.args[0]
	for i := range f.n {
		found, null := false, !x.IsValid(i)
		for _, v := range f.args[1:] {
			if null || found {
				break
			}
			found = v.IsValid(i) && compareAt(x, i, v, i) == 0
		}
		f.out.Bool[i] = found
		for _, v := range f.args[1:] {
			null = null || !v.IsValid(i)
		}
		if null && !found {
			f.null(i)
		}
	}
}
