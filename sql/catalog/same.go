package catalog

// SameDefinition reports whether two statements define the same: white space, comments and OR REPLACE do not matter.
func SameDefinition(a, b string) bool { return sameTokens(a, b) }
