// Package alerting is what an alert's transitions look like, for the parts that make them (operators/alert), declare them (sql/catalog) and
// send them (connectors/notify): the columns of an alert's table, the states, identities, labels and templates.
//
//	            a row is there            for 1 minute              no row any more
//	inactive ──────────────► pending ──────────────► firing ──────────────► resolved
//	   ▲                        │                       │ ▲
//	   └── the row goes ────────┘                       └─┘ reminders, each repeat_interval
package alerting

import "github.com/weirdb/weir/engine/types"

// State is what an instance of an alert has become.
type State string

// The states that transitions lead to.
const (
	Pending  State = "pending"  // its row is there, not yet for long enough
	Firing   State = "firing"   // it is an alert, or still is one: see Reminder
	Resolved State = "resolved" // it was firing
	Inactive State = "inactive" // it was pending, and never fired
)

// States are all of them, in the order of an instance's life.
var States = []State{Pending, Firing, Resolved, Inactive}

// Columns are those of every alert's table, before the columns of its SELECT.
var Columns = []types.Field{
	{Name: "alert", Type: types.Of(types.Varchar)},
	{Name: "instance", Type: types.Of(types.Varchar)}, // the instance columns, as in country=CH, shop=3; empty if there are none
	{Name: "state", Type: types.Of(types.Varchar)},
	{Name: "at", Type: types.Of(types.Timestamp)},    // event time; NULL where the query has none
	{Name: "since", Type: types.Of(types.Timestamp)}, // when the instance's row was first there
	{Name: "severity", Type: types.Of(types.Varchar)},
	{Name: "labels", Type: types.MapOf(types.Of(types.Varchar), types.Of(types.Varchar))}, // those declared, and the instance columns
	{Name: "summary", Type: types.Of(types.Varchar)},
	{Name: "description", Type: types.Of(types.Varchar)},
	{Name: "reminder", Type: types.Of(types.Integer)}, // 0 for the transition itself, then 1, 2, … while the instance is firing
	{Name: "id", Type: types.Of(types.Varchar)},       // of the incident: the same from pending to resolved
}

// The places of Columns.
const (
	AlertColumn = iota
	InstanceColumn
	StateColumn
	AtColumn
	SinceColumn
	SeverityColumn
	LabelsColumn
	SummaryColumn
	DescriptionColumn
	ReminderColumn
	IDColumn
)
