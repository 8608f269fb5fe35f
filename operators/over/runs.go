package over

// run is rows of one partition and time, from from up to to: peers.
type run struct {
	from, to int
	group    uint32
}

func runsOf(final []entry) []run {
	var runs []run
	from := 0
	for i, e := range final {
		if i+1 == len(final) || final[i+1].group != e.group || final[i+1].time != e.time {
			runs = append(runs, run{from, i + 1, e.group})
			from = i + 1
		}
	}
	return runs
}
