package expr

// families lists all functions and operators; a new family is added here.
func families() []func() []*Function {
	return []func() []*Function{
		// Operators.
		arithmeticFunctions, comparisonFunctions, logicFunctions, castFunctions, conditionalFunctions,
		inFunctions, likeFunctions, regexpOperators, parserFunctions,
		// Nested data.
		nestedFunctions, arrayFunctions, jsonReadFunctions, jsonTestFunctions, jsonMakeFunctions,
		// Times.
		intervalFunctions, nowFunctions, partFieldFunctions, dateArithmeticFunctions, truncFunctions, formatFunctions, makeTimeFunctions,
		// Numbers.
		roundFunctions, mathFunctions, trigFunctions,
		// Hashes, addresses, URLs.
		hashFunctions, netFunctions, urlFunctions,
		// Text.
		caseFunctions, lengthFunctions, partFunctions, padFunctions, concatFunctions, searchFunctions, codeFunctions, regexpFunctions,
	}
}

// parserFunctions are functions under the names that the parser gives them. Its
// CHAR has the character set, here NULL, as its last argument, which CHAR skips.
func parserFunctions() []*Function {
	var out []*Function
	for _, group := range [][]*Function{codeFunctions(), padFunctions()} {
		for _, f := range group {
			if f.Name == "CHAR" || f.Name == "INSERT" {
				f.Name, f.Kind = f.Name+"_FUNC", Operator
				out = append(out, f)
			}
		}
	}
	return out
}
