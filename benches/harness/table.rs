//! Tables as `docs/benchmarks.md` shows them.

/// Returns the middle one of `values`, or the mean of the two in the middle; 0 if there are none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Returns what a quarter of `values` is below, and what a quarter is above.
pub(crate) fn quartiles(values: &[f64]) -> (f64, f64) {
    (quantile(values, 0.25), quantile(values, 0.75))
}

/// Returns what `share` of `values` is below: 0.5 is the median, 1 the largest; 0 if there are none.
#[must_use]
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = share * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// Writes what the middle half of `values` lies between.
#[must_use]
pub fn middle_half(values: &[f64]) -> String {
    let (low, high) = quartiles(values);
    format!("{} to {}", digits(low), digits(high))
}

/// Writes a number with three digits, which are all that a measurement is good for.
#[must_use]
pub fn digits(number: f64) -> String {
    match number.abs() {
        0.0 => "0".to_owned(),
        ..9.995 => format!("{number:.2}"),
        ..99.95 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// Prints a table whose first column is text and whose other columns are numbers.
pub fn print_table(head: &[&str], rows: &[Vec<String>]) {
    print(&table(head, rows));
}

/// Writes a table whose first column is text and whose other columns are numbers.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].as_str()).chain([head[column]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths = (0..head.len()).map(width).collect::<Vec<_>>();
    let line = |cells: &[&str]| {
        let cells = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        });
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.iter().enumerate().map(|(column, &width)| match column {
        0 => format!("|-{}-|", "-".repeat(width)),
        _ => format!("-{}:|", "-".repeat(width)),
    });
    let rule = rule.collect::<String>();
    let rows = rows.iter().map(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>()));
    [line(head), rule].into_iter().chain(rows).map(|line| line + "\n").collect()
}

/// Prints one line.
#[expect(clippy::print_stdout, reason = "a table is what a benchmark is for")]
pub fn print(line: &str) {
    println!("{line}");
}
