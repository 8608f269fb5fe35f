package plan

// Functions that the planner makes of the window macros.
const (
	TumbleStart  = "weir_tumble"        // (ts, size): the start of the tumbling window that ts is in
	HopStarts    = "weir_hop"           // (ts, slide, size): the starts of the hopping windows that ts is in, a list
	HopRange     = "weir_hop_range"     // likewise, with those that the slide that ts is in begins with, but whose windows end before ts
	CumulateEnds = "weir_cumulate"      // (ts, step, size): the ends of the cumulating windows that ts is in, a list
	SessionStart = "weir_session_start" // (ts, gap): only below OVER (PARTITION BY key)
	SessionEnd   = "weir_session_end"   // likewise
)

// IsWindowList reports whether a function lists the windows of a time: a row has several.
func IsWindowList(name string) bool {
	return name == HopStarts || name == HopRange || name == CumulateEnds
}

// windowSQL prints a window function as the macros in windows.sql have it.
func windowSQL(name string, args []string) (string, bool) {
	switch name {
	case TumbleStart:
		return "time_bucket(" + args[1] + ", " + args[0] + ")", true
	case HopStarts:
		return "list_filter(" + hopRangeSQL(args) + ", LAMBDA s: " + args[0] + " < s + " + args[2] + ")", true
	case HopRange:
		return hopRangeSQL(args), true
	case CumulateEnds:
		return "range(time_bucket(" + args[1] + ", " + args[0] + ") + " + args[1] + ", time_bucket(" + args[2] + ", " + args[0] + ") + " +
			args[2] + " + " + args[1] + ", " + args[1] + ")", true
	}
	return "", false
}

func hopRangeSQL(args []string) string {
	first := "time_bucket(" + args[1] + ", " + args[0] + ")"
	return "range(" + first + ", " + first + " - " + args[2] + ", -" + args[1] + ")"
}
