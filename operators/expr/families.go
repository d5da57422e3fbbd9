package expr

// families lists all functions and operators; a new family is added here.
func families() []func() []*Function {
	return []func() []*Function{
		// Operators.
		arithmeticFunctions, comparisonFunctions, logicFunctions, castFunctions, conditionalFunctions,
		inFunctions, likeFunctions, regexpOperators,
		// Nested data.
		nestedFunctions,
	}
}
