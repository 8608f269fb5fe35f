package engine

import "fmt"

// FromNow follows a view from the next commit on.
const FromNow int64 = -1

// Following says which changes of a view a live reader wants.
type Following struct {
	View string
	// After is the last epoch whose changes the reader has; FromNow if it has none.
	After int64
	// Progress asks for every epoch, also those that changed nothing in the view: they come without batches. A reader that is
	// behind may miss some of these, and is not told: the next one says as much.
	Progress bool
}

// Subscription is what a live reader follows. The reader releases the batches of all that it gets.
type Subscription struct {
	// Missed is what was committed behind Following.After before the subscription began, oldest first.
	Missed []Committed
	// Changes are those committed since, in order. It is closed after Cancel and when the engine ends.
	Changes <-chan Committed
	// Cancel ends the subscription.
	Cancel func()
}

// ForgottenError says that changes cannot be had any more.
type ForgottenError struct {
	View        string
	After       int64 // that the reader asked for
	First, Last int64 // that it may ask for
}

// Error implements error.
func (e *ForgottenError) Error() string {
	return fmt.Sprintf("the changes of %s after epoch %d are not kept: a reader can go on after epochs %d to %d; read the table anew, with a snapshot",
		e.View, e.After, e.First, e.Last)
}
