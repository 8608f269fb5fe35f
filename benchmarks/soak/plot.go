package soak

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// lines are what the picture shows.
var lines = []struct {
	name  string
	of    func(sample) float64
	color color.Color
}{
	{"memory", sample.megaMemory, color.RGBA{R: 0x1f, G: 0x77, B: 0xb4, A: 0xff}},
	{"results on disk", sample.megaResults, color.RGBA{R: 0xd6, G: 0x5f, B: 0x0e, A: 0xff}},
	{"state on disk", sample.megaState, color.RGBA{R: 0x2c, G: 0x80, B: 0x2c, A: 0xff}},
}

// plotted draws the samples over time into a file.
func plotted(taken []sample, s settings, path string) error {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%d events/s for %s", s.rate, s.duration)
	p.X.Label.Text, p.Y.Label.Text = "minutes", "MB"
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	for _, l := range lines {
		points := make(plotter.XYs, len(taken))
		for i, one := range taken {
			points[i] = plotter.XY{X: one.at.Minutes(), Y: l.of(one)}
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return err
		}
		line.Color, line.Width = l.color, vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(l.name, line)
	}
	p.Legend.Top = true
	return p.Save(22*vg.Centimeter, 10*vg.Centimeter, path)
}
