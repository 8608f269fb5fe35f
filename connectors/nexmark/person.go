package nexmark

import "github.com/weirdb/weir/connectors/generated"

const personBytes = 200 // a person's average size

var (
	firstNames = [...]string{"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"}
	lastNames  = [...]string{"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"}
	cities     = [...]string{"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"}
	states     = [...]string{"AZ", "CA", "ID", "OR", "WA", "WY"} // few, so that queries find people in each
)

var personColumns = []column{
	{name: "id", number: func(_ *generator, n int64) int64 { return firstPerson + personAt(n) }},
	{name: "name", text: func(g *generator, dst []byte, n int64) []byte {
		first, last := g.personName(n)
		return append(append(append(dst, first...), ' '), last...)
	}},
	{name: "email_address", text: (*generator).appendEmail},
	{name: "credit_card", text: (*generator).appendCard},
	{name: "city", text: func(g *generator, dst []byte, n int64) []byte { return append(dst, g.city(n)...) }},
	{name: "state", text: func(g *generator, dst []byte, n int64) []byte {
		return append(dst, states[generated.Below(g.dice.Throw(drawState, n), int64(len(states)))]...)
	}},
	{name: eventTimeColumn, when: (*generator).timeAt},
	{name: "extra", text: func(g *generator, dst []byte, n int64) []byte {
		return g.text.appendExtra(dst, g.dice.Throw(drawPersonExtra, n), g.personSize(n), personBytes)
	}},
}

func (g *generator) personName(n int64) (first, last string) {
	i := generated.Below(g.dice.Throw(drawName, n), int64(len(firstNames)*len(lastNames)))
	return firstNames[i%int64(len(firstNames))], lastNames[i/int64(len(firstNames))]
}

func (g *generator) city(n int64) string {
	return cities[generated.Below(g.dice.Throw(drawCity, n), int64(len(cities)))]
}

// emailLengths are those of the name and the domain, and the random bits that their letters come from.
func (g *generator) emailLengths(n int64) (name, domain int64, h uint64) {
	h = g.dice.Throw(drawEmail, n)
	return wordLength(h, 7), wordLength(generated.Mix(h), 5), h
}

func (g *generator) appendEmail(dst []byte, n int64) []byte {
	name, domain, h := g.emailLengths(n)
	dst = append(appendWord(dst, h, name, '_'), '@')
	return append(appendWord(dst, generated.Mix(h), domain, '_'), ".com"...)
}

// appendCard appends four groups of four digits.
func (g *generator) appendCard(dst []byte, n int64) []byte {
	h := g.dice.Throw(drawCard, n)
	for i := range 4 {
		if i > 0 {
			dst = append(dst, ' ')
		}
		group := h & 0xffff * 10_000 >> 16
		dst = append(dst, '0'+byte(group/1000), '0'+byte(group/100%10), '0'+byte(group/10%10), '0'+byte(group%10))
		h >>= 16
	}
	return dst
}

// personSize is the size in bytes that the reference gives a person without its extra.
func (g *generator) personSize(n int64) int64 {
	first, last := g.personName(n)
	name, domain, _ := g.emailLengths(n)
	const id, card, state = 8, 19, 2
	return id + int64(len(first)+1+len(last)) + name + domain + int64(len("@.com")) + card + int64(len(g.city(n))) + state
}
