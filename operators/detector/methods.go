package detector

// Methods are all of them, in the order of the docs. Each call gives a new list.
func Methods() []Method {
	return []Method{autoMethod(), ewmaMethod(), robustMethod(), driftMethod(), seasonalMethod(), changepointMethod(), spotMethod(), forestMethod(), neighbourMethod()}
}

// common are the options that every method has.
func common(warmup, likelihood int, own ...Option) []Option {
	return append(own,
		Option{
			Name: "threshold", Type: Number, Default: 0.5, Max: 1,
			Doc: "The score from which a row is an anomaly; a score s comes by chance once in 10^(5s/(1−s)) rows.",
		},
		Option{
			Name: "warmup", Type: Whole, Default: float64(warmup), Max: 1e6,
			Doc: "The first rows of a key, which only teach: their score is 0.",
		},
		Option{
			Name: "cooldown", Type: Whole, Default: 0.0, Max: 1e6,
			Doc: "Rows of a key after an anomaly that are none, whatever their score; 0 for no silence.",
		},
		Option{
			Name: "likelihood", Type: Whole, Default: float64(likelihood), Max: 1000,
			Doc: "Judge the mean surprise of this many rows by what it has been for the key, instead of each row by itself; 0 for each row.",
		})
}

// withThreshold gives a method another default threshold.
func withThreshold(score float64, options []Option) []Option {
	for i := range options {
		if options[i].Name == "threshold" {
			options[i].Default = score
		}
	}
	return options
}
