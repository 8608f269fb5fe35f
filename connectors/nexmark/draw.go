package nexmark

// The random decisions about an event, for generated.Dice. A column can be made without the others.
const (
	drawBidAuction = iota
	drawBidder
	drawPrice
	drawChannel
	drawBidExtra
	drawItem
	drawDescription
	drawInitialBid
	drawReserve
	drawLength
	drawSeller
	drawCategory
	drawAuctionExtra
	drawName
	drawEmail
	drawCard
	drawCity
	drawState
	drawPersonExtra
	drawText
	drawShuffle
	drawCount
)
