//! On what the figures were measured.

use std::process::Command;

use crate::pair::peers;

/// Says in a few lines what the machine is and which versions took part.
pub(crate) fn machine() -> Vec<String> {
    let processor = first_line("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cores = cores.lines().filter(|line| line.starts_with("processor")).count();
    let memory = first_line("/proc/meminfo", "MemTotal").unwrap_or_default();
    let node = said("node", &["--version"]);
    let bun = said(&peers().join("node_modules/bun/bin/bun.exe").to_string_lossy(), &["--version"]);
    vec![
        said("date", &["--utc", "+%F"]),
        format!("{cores} cores of `{processor}`, {memory}"),
        said("uname", &["-sr"]),
        said("rustc", &["--version"]),
        format!("Node {node}, Bun {bun}"),
        format!("load average {}", first_words("/proc/loadavg", 3)),
    ]
}

fn first_line(file: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn first_words(file: &str, count: usize) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.split(' ').take(count).collect::<Vec<_>>().join(" ")
}

fn said(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(arguments).output();
    said.map_or_else(|_| "absent".to_owned(), |said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}
