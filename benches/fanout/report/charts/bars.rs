//! Lying bars, one for each entrant.

use std::error::Error;
use std::path::Path;

use harness::digits;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::charts::{FONT, INK, color};

const WIDTH: u32 = 900;
/// Of one bar and the gap below it.
const ROW: u32 = 26;
/// Of the names beside the bars.
const NAMES: u32 = 250;
/// Of a panel's title and axis.
const AROUND: u32 = 70;
const TITLE: u32 = 34;

/// Panels below each other.
pub(super) struct Bars {
    pub(super) title: &'static str,
    /// What the bars of one entrant are, if there are several.
    pub(super) series: &'static [&'static str],
    pub(super) panels: Vec<Panel>,
}

/// Bars on one axis.
pub(super) struct Panel {
    /// Empty if there is one panel.
    pub(super) title: String,
    pub(super) axis: &'static str,
    /// The name of an entrant and its figures, one for each of the series.
    pub(super) bars: Vec<(&'static str, Vec<f64>)>,
}

impl Bars {
    /// Draws them, unless there are no figures.
    pub(super) fn draw(&self, file: &Path) -> Result<(), Box<dyn Error>> {
        let panels = self.panels.iter().filter(|panel| !panel.bars.is_empty()).collect::<Vec<_>>();
        if panels.is_empty() {
            return Ok(());
        }
        let heights = panels.iter().map(|panel| panel.height()).collect::<Vec<_>>();
        let area = SVGBackend::new(file, (WIDTH, TITLE + heights.iter().sum::<u32>())).into_drawing_area();
        let centre = Pos::new(HPos::Center, VPos::Center);
        let style = (FONT, 18).into_font().color(&INK).pos(centre);
        area.draw(&Text::new(self.title, (WIDTH as i32 / 2, TITLE as i32 / 2), style))?;
        let (_, mut rest) = area.split_vertically(TITLE);
        for (panel, height) in panels.iter().zip(heights) {
            let (own, below) = rest.split_vertically(height);
            panel.draw(&own, self.series)?;
            rest = below;
        }
        Ok(area.present()?)
    }
}

impl Panel {
    fn rows(&self) -> usize {
        self.bars.iter().map(|(_, values)| values.len()).sum()
    }

    fn height(&self) -> u32 {
        self.rows() as u32 * ROW + AROUND
    }

    fn draw(
        &self,
        area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        series: &[&str],
    ) -> Result<(), Box<dyn Error>> {
        let rows = self.rows() as f64;
        let highest = self.bars.iter().flat_map(|(_, values)| values).copied().fold(0.0, f64::max);
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, (FONT, 15).into_font().color(&INK))
            .x_label_area_size(40)
            .y_label_area_size(NAMES)
            .margin_right(20)
            .build_cartesian_2d(0.0..highest * 1.12, 0.0..rows)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .y_labels(0)
            .x_desc(self.axis)
            .x_label_formatter(&|value| format!("{value:.0}"))
            .axis_style(INK)
            .bold_line_style(INK.mix(0.3))
            .light_line_style(TRANSPARENT)
            .label_style((FONT, 12).into_font().color(&INK))
            .axis_desc_style((FONT, 13).into_font().color(&INK))
            .draw()?;
        let bars = self.bars.iter().flat_map(|(name, values)| values.iter().enumerate().map(move |bar| (*name, bar)));
        for (row, (name, (number, value))) in bars.enumerate() {
            let (top, bottom) = (rows - row as f64 - 0.15, rows - row as f64 - 0.85);
            let shade = color(name).mix(if number == 0 { 0.95 } else { 0.5 });
            chart.draw_series([Rectangle::new([(0.0, bottom), (*value, top)], shade.filled())])?;
            let text = series.get(number).map_or_else(|| name.to_string(), |series| format!("{name}, {series}"));
            let middle = (top + bottom) / 2.0;
            let beside = |horizontal| (FONT, 13).into_font().color(&INK).pos(Pos::new(horizontal, VPos::Center));
            chart.draw_series([
                EmptyElement::at((0.0, middle)) + Text::new(text, (-8, 0), beside(HPos::Right)),
                EmptyElement::at((*value, middle)) + Text::new(digits(*value), (6, 0), beside(HPos::Left)),
            ])?;
        }
        Ok(())
    }
}
