package engine

// Similar is the name that is most like one that does not exist; empty if none is like it.
func Similar(name string, names []string) string {
	best, least := "", 1+len(name)/3
	for _, n := range names {
		if d := distance(name, n); d <= least {
			best, least = n, d-1
		}
	}
	return best
}

// Meant is " (did you mean 'x'?)" for a name that does not exist; empty if none is like it.
func Meant(name string, names []string) string {
	if s := Similar(name, names); s != "" {
		return " (did you mean '" + s + "'?)"
	}
	return ""
}

// distance is how many bytes have to be put in, taken out or changed to make b of a (Levenshtein, 1965).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
