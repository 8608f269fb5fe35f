package slt

import (
	"regexp"
	"strings"
)

var placeholder = regexp.MustCompile(`\$[a-z]+`)

// grammar has the expressions of each kind, as SQL in which $kind stands for another expression. To add a function: a line.
// TRY(…) is not here: DuckDB 1.5.5 computes it wrongly over CASE and COALESCE, and Weir refuses it.
var grammar = map[string][]string{
	"bool": {
		"$int < $int", "$int >= $int", "$int = $int", "$int <> $int", "$dbl > $dbl", "$dbl = $dbl", "$dec <= $dec",
		"$str = $str", "$str < $str", "$ts <= $ts", "$ts > $ts", "$date <> $date", "$tz < $tz", "$time >= $time",
		"$blob = $blob", "$uuid < $uuid", "$ival > $ival", "$ints = $ints", "$strs < $strs", "$row = $row",
		"$any IS NULL", "$any IS NOT NULL", "$bool AND $bool", "$bool OR $bool", "NOT $bool", "($bool) IS TRUE",
		"$int BETWEEN $int AND $int", "$ts BETWEEN $ts AND $ts", "$int IN ($int, $int, 3)", "$int NOT IN (1, 2, NULL)",
		"$str IN ('a', 'b', $str)", "$str LIKE 'a%'", "$str LIKE '%b%'", "$str NOT LIKE '_b_'", "$str ILIKE '%A'",
		"$str ~ '[a-c]+'", "regexp_matches($str, '^a')", "starts_with($str, 'a')", "contains($str, $str)", "suffix($str, 'b')",
		"$str SIMILAR TO 'a.*'", "$str GLOB 'a*'", "$int IS DISTINCT FROM $int", "$str IS NOT DISTINCT FROM $str",
		"list_contains($ints, $int)", "isfinite($ts)", "isnan($dbl)", "isinf($dbl)",
		"TRY_CAST($str AS BOOLEAN)", "json_exists($json, '$.a')", "CASE WHEN $bool THEN $bool ELSE $bool END",
		"COALESCE($bool, $bool)", "$int::BOOLEAN", "ifnull($bool, false)", "list_has_any($strs, $strs)", "xor($bool::INTEGER, 1) = 0",
		"k > 0 AND ln(k) > 0.5", "k <= 0 OR ln(k) > 0.5", "k < 0 AND k + 2147483647 > 5", "CASE WHEN k > 0 THEN ln(k) > 1 ELSE false END",
	},
	"int": {
		"$int + $int", "$int - $int", "$int * $int", "$int + 1", "$int * 2", "$int - 3", "$int // $int", "$int % $int",
		"$int % 3", "$int // 2", "-$int", "abs($int)", "sign($int)", "length($str)", "strlen($str)", "year($ts)", "month($date)",
		"day($ts)", "hour($ts)", "minute($tz)", "second($ts)", "dayofweek($date)", "quarter($ts)", "week($date)",
		"date_part('doy', $ts)", "extract(microsecond FROM $ts)", "date_diff('day', $ts, $ts)", "date_diff('month', $date, $date)",
		"date_sub('hour', $ts, $ts)", "epoch_ms($ts)", "$date - $date", "len($ints)", "len($strs)", "$ints[1]", "$ints[-1]",
		"list_sum($ints)", "list_max($ints)", "list_position($ints, $int)", "COALESCE($int, $int)", "COALESCE($int, 0)",
		"nullif($int, $int)", "CASE WHEN $bool THEN $int ELSE $int END", "CASE $int WHEN 1 THEN $int WHEN 2 THEN 5 END",
		"if($bool, $int, $int)", "greatest($int, $int)", "least($int, 2)", "TRY_CAST($str AS INTEGER)", "TRY_CAST($int AS TINYINT)",
		"TRY_CAST($int AS UBIGINT)", "TRY_CAST($dbl AS BIGINT)", "TRY_CAST($dec AS INTEGER)", "$int::BIGINT", "$int::HUGEINT",
		"($bool)::INTEGER", "$int & 3", "$int | 1", "xor($int, 1)", "$int & $int", "ascii($str)", "instr($str, 'b')",
		"levenshtein($str, 'abc')", "bit_count($int)", "TRY_CAST($json->>'$.a' AS BIGINT)", "json_array_length($json)",
		"octet_length($blob)", "(hash($str) % 100)::BIGINT", "unicode($str)", "cardinality($map)", "list_reduce([$int, 1], (x, y) -> x + y)",
		"round($int, -1)", "$row.a", "datepart('hour', $time)", "TRY_CAST($json AS BIGINT)", "TRY_CAST($bool AS TINYINT)",
		"$str::BIGINT", "$int::TINYINT", "$dec::SMALLINT", "CASE WHEN k < 0 THEN k + 2147483647 ELSE $int END", "COALESCE($int, CASE WHEN k > 1 THEN ln(k)::INTEGER END)",
	},
	"dbl": {
		"$dbl + $dbl", "$dbl - $dbl", "$dbl * $dbl", "$int / $int", "$dbl / $dbl", "$dbl / 4", "$dec / $int", "-$dbl",
		"abs($dbl)", "sqrt(abs($dbl))", "round($dbl, 1)", "round($dbl)", "floor($dbl)", "ceil($dbl)", "trunc($dbl)", "$int::DOUBLE",
		"$dec::DOUBLE", "$int * 0.5::DOUBLE", "TRY_CAST($str AS DOUBLE)", "TRY_CAST($str AS FLOAT)", "TRY_CAST($dbl AS FLOAT)",
		"COALESCE($dbl, $dbl)", "CASE WHEN $bool THEN $dbl ELSE $dbl END", "nullif($dbl, $dbl)", "greatest($dbl, $dbl)",
		"epoch($ts)", "fmod($dbl, 3)", "$dbl % 2", "cbrt($dbl)", "exp($dbl / 100)", "TRY_CAST($json->'$.a' AS DOUBLE)",
		"list_avg($ints)", "jaccard(concat($str, 'x'), 'ab')", "$dbl + $int", "sign($dbl)", "if(k > 0, ln(k), $dbl)",
	},
	"dec": {
		"$dec + $dec", "$dec - $dec", "$dec * 2", "$dec * 1.5", "-$dec", "abs($dec)", "round($dec, 1)", "floor($dec)",
		"TRY_CAST($int AS DECIMAL(18,2))", "TRY_CAST($str AS DECIMAL(9,2))", "TRY_CAST($dbl AS DECIMAL(12,3))", "$dec % 3",
		"COALESCE($dec, 0.5)", "CASE WHEN $bool THEN $dec ELSE $dec END", "greatest($dec, 1.25)", "$dec + $int",
		"TRY_CAST($dec AS DECIMAL(5,1))", "nullif($dec, 1.5)", "1.25", "$dec::DECIMAL(38,2)",
	},
	"str": {
		"upper($str)", "lower($str)", "trim($str)", "ltrim($str, 'a')", "$str || $str", "concat($str, $int, NULL)", "substring($str, 2, 3)",
		"substring($str, $int, 2)", "$str[1:2]", "$str[-1]", "left($str, 2)", "right($str, 1)", "replace($str, 'a', 'é')", "reverse($str)",
		"lpad($str, 5, '*')", "repeat($str, 2)", "$int::VARCHAR", "$dec::VARCHAR", "$dbl::VARCHAR", "$ts::VARCHAR", "$date::VARCHAR",
		"$tz::VARCHAR", "$time::VARCHAR", "$uuid::VARCHAR", "($bool)::VARCHAR", "$ints::VARCHAR", "$json::VARCHAR", "$ival::VARCHAR",
		"$row::VARCHAR", "$map::VARCHAR", "$blob::VARCHAR", "$nested::VARCHAR", "strftime($ts, '%Y-%m-%d %H:%M')", "strftime($date, '%j')", "split_part($str, ',', 1)",
		"regexp_replace($str, '[ab]', 'x', 'g')", "regexp_extract($str, '(a)(.)', 2)", "COALESCE($str, $str)", "COALESCE($str, 'none')",
		"nullif($str, 'a')", "CASE WHEN $bool THEN $str ELSE $str END", "CASE WHEN $bool THEN 'yes' WHEN $bool THEN 'no' END", "md5($str)",
		"$strs[1]", "array_to_string($strs, '-')", "$json->>'$.a'", "$json->>'a'", "json_type($json)", "json_extract_string($json, '$.b[0]')",
		"concat_ws('/', $str, $str)", "format('{}-{}', $str, $int)", "printf('%s', $str)", "typeof($any)", "translate($str, 'ab', 'xy')",
		"to_base64($blob)", "hex($blob)", "dayname($date)", "monthname($ts)", "strip_accents($str)", "to_json($any)::VARCHAR", "($json)::VARCHAR",
		"greatest($str, $str)", "if($bool, $str, NULL)", "list_aggregate($strs, 'min')", "$row.b", "chr(65 + abs($int % 20)::INTEGER)",
	},
	"date": {
		"$ts::DATE", "$tz::DATE", "$date + 1", "$date - 7", "last_day($date)", "$str::DATE", "CAST(date_trunc('month', $date) AS DATE)", "TRY_CAST($str AS DATE)",
		"COALESCE($date, DATE '2020-02-02')", "CASE WHEN $bool THEN $date ELSE $date END", "greatest($date, DATE '2000-01-01')",
		"make_date(2020, 1 + abs($int % 12)::INTEGER, 3)", "date_trunc('week', $date)::DATE",
	},
	"ts": {
		"$ts + $ival", "$ts - INTERVAL '90 minutes'", "$ts + INTERVAL '1 month'", "date_trunc('$part', $ts)", "date_trunc('$part', $date)::TIMESTAMP",
		"time_bucket(INTERVAL '7 minutes', $ts)", "time_bucket(INTERVAL '2 months', $ts)", "time_bucket(INTERVAL '1 day', $ts, INTERVAL '3 hours')",
		"$date::TIMESTAMP", "$date + $time", "$date + INTERVAL '3 hours'", "TRY_CAST($str AS TIMESTAMP)", "COALESCE($ts, TIMESTAMP '2020-01-01')",
		"CASE WHEN $bool THEN $ts ELSE $ts END", "$tz::TIMESTAMP", "try_strptime($str, '%Y-%m-%d')", "$tz AT TIME ZONE 'Europe/Berlin'",
		"greatest($ts, $ts)", "nullif($ts, $ts)", "$ns::TIMESTAMP",
	},
	"ns": {"$ts::TIMESTAMP_NS", "COALESCE($ns, NULL)", "CASE WHEN $bool THEN $ns END"},
	"tz": {
		"$ts::TIMESTAMPTZ", "$tz + INTERVAL '1 day'", "date_trunc('$part', $tz)", "$ts AT TIME ZONE 'America/New_York'", "COALESCE($tz, $tz)",
		"to_timestamp($int % 1000)", "CASE WHEN $bool THEN $tz END", "time_bucket(INTERVAL '1 hour', $tz)",
	},
	"time": {"$ts::TIME", "$time + INTERVAL '1 hour'", "COALESCE($time, TIME '01:02:03')", "TRY_CAST($str AS TIME)", "CASE WHEN $bool THEN $time END"},
	"ival": {
		"$ts - $ts", "age($ts, $ts)", "to_days($int % 50)", "INTERVAL '1 day'", "INTERVAL '36 hours'", "$ival + INTERVAL '1 hour'", "$ival * 2", "-$ival",
		"to_seconds($int % 5000)", "COALESCE($ival, INTERVAL '1 month')", "TRY_CAST($str AS INTERVAL)",
	},
	"uuid": {"COALESCE($uuid, UUID '12345678-1234-1234-1234-123456789012')", "TRY_CAST($str AS UUID)", "CASE WHEN $bool THEN $uuid END"},
	"blob": {"$blob || $blob", "encode($str)", "COALESCE($blob, 'x'::BLOB)", "unhex('00ff')"},
	"json": {
		"$json->'$.a'", "$json->'b'", "json_extract($json, '$[0]')", "to_json($any)", "json_object('k', $int, 'v', $str)", "json_array($int, $str)",
		"COALESCE($json, '[]'::JSON)", "CASE WHEN $bool THEN $json END", "json_merge_patch($json, '{\"z\":1}'::JSON)",
	},
	"ints": {
		"[$int, $int]", "list_transform($ints, x -> x % 5)", "list_filter($ints, x -> x > $int)", "list_sort($ints)", "list_sort(list_distinct($ints))",
		"$ints[1:2]", "list_concat($ints, [$int])", "COALESCE($ints, [])", "[x // 2 FOR x IN $ints IF x > 0]", "CASE WHEN $bool THEN $ints END",
		"range(abs($int % 4))", "list_reverse($ints)", "list_transform($strs, s -> length(s))",
	},
	"strs": {
		"string_split($str, ',')", "list_transform($strs, x -> upper(x))", "[$str, $str]", "list_sort($strs)", "list_filter($strs, x -> x <> $str)",
		"map_keys($map)", "json_keys($json)", "regexp_extract_all($str, '.')", "COALESCE($strs, ['z'])", "$strs[2:]",
	},
	"row": {
		"struct_pack(a := $int, b := $str)", "{'a': $int, 'b': $str}", "CASE WHEN $bool THEN $row END", "{'a': $int, 'b': $str, 'c': $date}",
	},
	"map":    {"MAP {'a': $int, 'b': 2}", "MAP([COALESCE($str, 'z'), '*'], [$int, 0])"},
	"nested": {"[$row]", "[$ints, NULL]", "{'x': $ints, 'y': $row}", "[$date]", "[$dec, 1.5]"},
	"part":   {"second", "minute", "hour", "day", "week", "month", "quarter", "year"},
}

// literals end an expression, now and then.
var literals = map[string][]string{
	"bool": {"true", "k IS NOT NULL"}, "int": {"0", "1", "2", "-1", "7", "NULL::BIGINT", "100::SMALLINT"}, "dbl": {"0.5::DOUBLE", "2::DOUBLE", "1e2"},
	"dec": {"1.5", "0.25::DECIMAL(9,2)"}, "str": {"'a'", "'b'", "''", "'é'", "NULL::VARCHAR"}, "date": {"DATE '2026-01-02'", "DATE '1970-01-01'"},
	"ts": {"TIMESTAMP '2026-01-01 00:01:00'", "TIMESTAMP '1969-12-31 23:59:00'"}, "ns": {"TIMESTAMP_NS '2026-01-01 00:00:00.123456789'"},
	"tz": {"TIMESTAMPTZ '2026-01-01 00:00:00+00'"}, "time": {"TIME '12:00:00'"}, "ival": {"INTERVAL '1 day'", "INTERVAL '10 seconds'", "INTERVAL '1 month'"},
	"uuid": {"UUID '12345678-1234-5678-9abc-123456789001'"}, "blob": {"'ab'::BLOB"}, "json": {`'{"a": 1, "b": ["x"]}'::JSON`, "'[1]'::JSON"},
	"ints": {"[1, 2]", "[]::BIGINT[]", "[3, NULL, 1]"}, "strs": {"['a', 'b']", "[]::VARCHAR[]"}, "row": {"{'a': 1, 'b': 'x'}"}, "map": {"MAP {'a': 1}"},
	"nested": {"[[1], NULL]"}, "part": {"hour"},
}

// derived are expressions over k, which is always in scope, for kinds that no column has.
var derived = map[string]string{
	"bool": "k > 1", "int": "k", "dbl": "k / 4", "dec": "k::DECIMAL(18,2)", "str": "k::VARCHAR", "date": "DATE '2026-01-01' + (k % 1000)::INTEGER",
	"ts": "TIMESTAMP '2026-01-01' + to_hours(k % 1000)", "ns": "(TIMESTAMP '2026-01-01' + to_hours(k % 1000))::TIMESTAMP_NS",
	"tz": "TIMESTAMPTZ '2026-01-01' + to_hours(k % 1000)", "time": "TIME '00:00:00' + to_minutes(k % 1000)", "ival": "to_hours(k % 1000)",
	"uuid": "md5(k::VARCHAR)::UUID", "blob": "encode(k::VARCHAR)", "json": "to_json(k)", "ints": "[k, 1]", "strs": "[k::VARCHAR, 'a']",
	"row": "{'a': k, 'b': k::VARCHAR}", "map": "MAP {'a': k}", "nested": "[[k]]",
}

// language is a way to make expressions.
type language struct {
	grammar  map[string][]string // by kind; $kind stands for another expression
	literals map[string][]string
	derived  map[string]string // expressions for kinds that no column has; literals stand in for what is missing
	instead  map[string]string // the same, over $int, $str or $ts that are in scope
	kinds    []string          // what $any stands for
}

// rich is about expressions: some of them fail.
var rich = language{grammar: grammar, literals: literals, derived: derived, kinds: anyKinds}

// anyKinds are what $any stands for.
var anyKinds = []string{
	"bool", "int", "int", "dbl", "dec", "str", "str", "date", "ts", "tz", "time", "ival", "uuid", "blob", "json", "ints", "strs", "row", "map", "nested", "ns",
}

// expr makes an expression of a kind over what is in scope. Depth bounds how deep it nests.
func (g *generator) expr(scope []leaf, kind string, depth int) string {
	if kind == "any" {
		kind = g.pick(g.language.kinds...)
	}
	if depth <= 0 || kind != "part" && g.one(3) {
		return g.end(scope, kind)
	}
	return placeholder.ReplaceAllStringFunc(g.pick(g.language.grammar[kind]...), func(name string) string {
		return g.operand(scope, name[1:], depth-1)
	})
}

// operand is an expression in parentheses, if it needs them.
func (g *generator) operand(scope []leaf, kind string, depth int) string {
	text := g.expr(scope, kind, depth)
	if kind == "part" || !strings.ContainsAny(text, " ->:") {
		return text
	}
	return "(" + text + ")"
}

// end is a column, or part of one, of a kind; or a literal.
func (g *generator) end(scope []leaf, kind string) string {
	var fit []string
	for _, l := range scope {
		if l.kind == kind {
			fit = append(fit, l.text)
		}
	}
	switch {
	case len(fit) == 0 && g.language.derived[kind] != "" && kind != "part" && !g.one(10):
		return g.language.derived[kind]
	case len(fit) == 0 && g.language.instead != nil && !g.one(10):
		return g.instead(scope, kind)
	case len(fit) == 0 || kind == "part" || g.one(10):
		return g.pick(g.language.literals[kind]...)
	}
	return g.pick(fit...)
}

// instead makes a value of a kind that no column has from one of another kind; a literal, if there is none.
func (g *generator) instead(scope []leaf, kind string) string {
	for _, l := range scope {
		text, ok := g.language.instead[kind+" of "+l.kind]
		if ok {
			return strings.ReplaceAll(text, "$", l.text)
		}
	}
	return g.pick(g.language.literals[kind]...)
}
