// Package live runs the streams of Grafana Live: panels that show each commit of a view when it happens.
//
// There are two kinds of channels. Their paths say all there is to know, so that a stream can be run without the query it began with:
//
//	view/<view>/<shown>/<filter>/<epoch>    rows are added: views that write each window once
//	state/<view>/<shown>/<filter>           each packet is all there is: views that change their rows
//
// What is shown is the format, the columns, and which of them tell series apart.
//
// One connection a view brings its changes to all channels of one data source:
//
//	Weir ── /v1/views/v/changes ──► follower v ──┬─► tail   view/v/…/7   ─► panels that were loaded at epoch 7
//	  ▲                                          ├─► tail   view/v/…/9   ─► panels that were loaded at epoch 9
//	  └──────────── /v1/sql ────────────────────────◄ state  state/v/…   ─► all panels
//
// A follower that loses its connection comes back with the last epoch that it has whole. Where Weir does not keep those changes any more, as
// after a restart that found more commits than were sent, it tells its channels of a gap: each reads the table again.
//
// # No gap and no double: channels that add rows
//
// A panel gets its first rows from QueryData, those that were there before it subscribes with the subscription, and the rest as packets:
//
//	epochs       … 5   6   7 │ 8   9 │ 10  11 …
//	QueryData    rows up to 7┘       │           the follower was there before; one statement reads rows and epoch, weir.checkpoint's
//	path         …/7                 │
//	Subscribe    initial data 8, 9 ──┘           what the channel has sent so far: the same for each who has the rows up to 7
//	RunStream    packets                 10  11
//
// The epoch is in the path, so that two panels share a channel only if they have begun with the same rows. Grafana adds a subscriber
// to its channel some moments after it has asked for the initial data: a packet sent in between would be lost to it, and one on
// its way may come twice. So a channel is silent around a subscription (hush in tail.go).
//
// After a gap a tail reads the view's newest rows and leaves out those that it knows: it keeps a number for each of the last rows that it had.
//
// A browser that lost its connection to Grafana has missed packets, and gets the initial data again. That is for the front end to mend, by
// asking its query anew: it then has another path.
//
// # No gap and no double: channels that are states
//
// Each packet is what one statement reads from the table, and replaces the one before. A channel reads again whenever the
// view has changed, at most ten times a second, and a moment after somebody has subscribed.
package live
