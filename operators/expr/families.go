package expr

// families lists all functions and operators; a new family is added here.
func families() []func() []*Function {
	return []func() []*Function{
		// Operators.
		arithmeticFunctions, comparisonFunctions, logicFunctions, castFunctions, conditionalFunctions,
		inFunctions, likeFunctions, regexpOperators,
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
