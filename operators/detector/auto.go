package detector

// autoMethod judges by what EWMA says.
func autoMethod() Method {
	m := ewmaMethod()
	m.Name = "auto"
	return m
}
