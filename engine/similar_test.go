package engine

import "testing"

func TestSimilar(t *testing.T) {
	names := []string{"hot_auctions", "by_sensor", "x"}
	for name, want := range map[string]string{"hotauctions": "hot_auctions", "by_sensr": "by_sensor", "y": "x", "revenue": ""} {
		if got := Similar(name, names); got != want {
			t.Errorf("similar to %q is %q, want %q", name, got, want)
		}
	}
}

// An option that is unknown is said to be, even if it stands where one is missing.
func TestMisspeltOption(t *testing.T) {
	declared := []Option{{Name: "brokers", Required: true}, {Name: "topic"}}
	_, err := Validate(map[string]string{"broker": "a:1"}, declared)
	if err == nil || err.Error() != "unknown option broker (did you mean 'brokers'?); allowed are brokers, topic" {
		t.Error(err)
	}
}
