package slt

// tame expressions never fail, so that it does not matter in which order conditions are evaluated, and have one value whatever
// the order of events.
var tame = language{
	grammar: map[string][]string{
		"bool": {
			"$int < $int", "$int >= 2", "$int % 2 = 0", "$int <> $int", "$str = 'a'", "$str <> $str", "$str IN ('a', 'b')", "$any IS NULL",
			"$any IS NOT NULL", "$bool OR $bool", "$bool AND $bool", "NOT ($bool)", "$int BETWEEN 0 AND 5", "$str LIKE 'a%'", "$ts <= $ts",
			"len($ints) > 1", "$dec > 1", "$dbl < 2", "list_contains($ints, 1)", "$int IS DISTINCT FROM $int", "hour($ts) < 12", "true",
		},
		"int": {
			"$int % 5", "$int // 2", "COALESCE($int, 0)", "CASE WHEN $bool THEN $int % 3 ELSE 1 END", "length($str)", "len($ints)", "$ints[1]",
			"nullif($int, 2)", "least($int, 3)", "hour($ts)", "$row.a", "len($strs)", "CASE $int WHEN 1 THEN 5 WHEN 2 THEN NULL ELSE 0 END", "greatest($int % 7, 1)",
		},
		"str": {
			"upper($str)", "COALESCE($str, 'z')", "$str || '!'", "CASE WHEN $bool THEN $str ELSE 'x' END", "($int % 3)::VARCHAR", "$strs[1]", "$row.b",
			"CASE WHEN $bool THEN 'yes' END",
		},
		"dec":  {"COALESCE($dec, 0.5)", "$dec % 3", "CASE WHEN $bool THEN $dec END"},
		"dbl":  {"$dbl + 1", "COALESCE($dbl, 0.5)", "abs($dbl)", "CASE WHEN $bool THEN $dbl ELSE 2.5 END"},
		"date": {"$ts::DATE", "COALESCE($date, DATE '2026-01-01')"},
		"ts":   {"date_trunc('minute', $ts)", "$ts + INTERVAL '5 seconds'", "CASE WHEN $bool THEN $ts END", "time_bucket(INTERVAL '10 seconds', $ts)"},
		"ints": {"[$int % 3, 1]", "list_sort($ints)", "list_filter($ints, x -> x > 1)", "COALESCE($ints, [7])"},
		"strs": {"[$str, 'q']", "list_transform($strs, x -> x || '?')"},
		"row":  {"{'a': $int % 4, 'b': $str}"},
	},
	literals: map[string][]string{
		"bool": {"true", "1 = 1"}, "int": {"0", "1", "2", "7", "NULL::BIGINT"}, "dbl": {"0.5::DOUBLE", "2::DOUBLE"}, "dec": {"1.5", "0.25::DECIMAL(9,2)"},
		"str": {"'a'", "'b'", "''", "NULL::VARCHAR"}, "date": {"DATE '2026-01-01'"}, "ts": {"TIMESTAMP '2026-01-01 00:01:00'"},
		"ints": {"[1, 2]", "[3, NULL, 1]"}, "strs": {"['a', 'b']"}, "row": {"{'a': 1, 'b': 'x'}"},
	},
	instead: map[string]string{
		"int of ts": "hour($)", "int of str": "length($)", "int of date": "day($)", "int of bool": "($)::INTEGER", "str of int": "($ % 10)::VARCHAR", "str of ts": "hour($)::VARCHAR",
		"bool of int": "$ % 2 = 0", "bool of str": "$ > 'a'", "bool of ts": "hour($) < 12", "dec of int": "($ % 100)::DECIMAL(9,2)", "dbl of int": "($ % 100) / 4",
		"date of ts": "$::DATE", "ints of int": "[$ % 3, $ % 2]", "strs of str": "[$, 'b']", "row of int": "{'a': $ % 3, 'b': 'x'}", "strs of int": "[($ % 3)::VARCHAR]",
		"date of int": "DATE '2026-01-01' + ($ % 100)::INTEGER", "ts of int": "TIMESTAMP '2026-01-01' + to_seconds($ % 100)",
	},
	kinds: []string{"int", "int", "int", "str", "str", "bool", "dec", "dbl", "date", "ts", "ints", "strs", "row"},
}

// few are the values of columns to join and to group by.
var few = map[string][]string{
	"k": {"0", "1", "2", "3"}, "s": {`"a"`, `"b"`, `"c"`, `""`}, "at": {`"2026-01-01T00:00:00"`, `"1970-01-01T00:00:00"`},
}
