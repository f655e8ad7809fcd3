//! Lines over the size of the room, both axes logarithmic.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::charts::{FONT, INK};

const SIZE: (u32, u32) = (1000, 460);
const TITLE: u32 = 34;
/// Of the names beside the lines.
const LEGEND: u32 = 250;

/// Panels beside each other, with one legend.
pub(super) struct Lines {
    pub(super) title: &'static str,
    /// What the horizontal and the vertical axis are.
    pub(super) axes: (&'static str, &'static str),
    /// Each with its title.
    pub(super) panels: Vec<(String, Vec<Line>)>,
}

/// One entrant.
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) color: RGBColor,
    pub(super) points: Vec<(f64, f64)>,
}

impl Lines {
    /// Draws them, unless no line has two points.
    pub(super) fn draw(&self, file: &Path) -> Result<(), Box<dyn Error>> {
        let lines = || self.panels.iter().flat_map(|(_, lines)| lines);
        if !lines().any(|line| line.points.len() > 1) {
            return Ok(());
        }
        let area = SVGBackend::new(file, SIZE).into_drawing_area();
        let style = (FONT, 18).into_font().color(&INK).pos(Pos::new(HPos::Center, VPos::Center));
        area.draw(&Text::new(self.title, (SIZE.0 as i32 / 2, TITLE as i32 / 2), style))?;
        let (_, area) = area.split_vertically(TITLE);
        let (panels, legend) = area.split_horizontally(SIZE.0 - LEGEND);
        let values = lines().flat_map(|line| line.points.iter().map(|point| point.1)).collect::<Vec<_>>();
        let (low, high) =
            values.iter().fold((f64::MAX, 0.0_f64), |(low, high), value| (low.min(*value), high.max(*value)));
        for (own, (title, lines)) in panels.split_evenly((1, self.panels.len())).iter().zip(&self.panels) {
            self.panel(own, title, lines, (low * 0.8, high * 1.25))?;
        }
        for (row, line) in self.panels[0].1.iter().enumerate() {
            let y = 50 + row as i32 * 24;
            legend.draw(&PathElement::new([(8, y), (34, y)], line.color.stroke_width(3)))?;
            let style = (FONT, 13).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
            legend.draw(&Text::new(line.name, (42, y), style))?;
        }
        Ok(area.present()?)
    }

    fn panel(
        &self,
        area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        title: &str,
        lines: &[Line],
        range: (f64, f64),
    ) -> Result<(), Box<dyn Error>> {
        let mut chart = ChartBuilder::on(area)
            .caption(title, (FONT, 15).into_font().color(&INK))
            .x_label_area_size(42)
            .y_label_area_size(56)
            .margin_left(6)
            .margin_right(14)
            .build_cartesian_2d((8.0..6500.0).log_scale(), (range.0..range.1).log_scale())?;
        chart
            .configure_mesh()
            .x_desc(self.axes.0)
            .y_desc(self.axes.1)
            .x_label_formatter(&whole)
            .y_label_formatter(&|value| if *value < 1.0 { format!("{value:.1}") } else { whole(value) })
            .axis_style(INK)
            .bold_line_style(INK.mix(0.3))
            .light_line_style(TRANSPARENT)
            .label_style((FONT, 12).into_font().color(&INK))
            .axis_desc_style((FONT, 13).into_font().color(&INK))
            .draw()?;
        for line in lines {
            chart.draw_series(LineSeries::new(line.points.iter().copied(), line.color.stroke_width(2)))?;
            chart.draw_series(line.points.iter().map(|point| Circle::new(*point, 3, line.color.filled())))?;
        }
        Ok(())
    }
}

fn whole(value: &f64) -> String {
    format!("{value:.0}")
}
