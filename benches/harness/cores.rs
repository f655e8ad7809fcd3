//! Which cores of the machine something runs on.

use std::io;
use std::ops::Range;

use rustix::thread::{CpuSet, sched_setaffinity};

/// Runs this thread, and what it starts from now on, on these cores, as far as there are so many.
///
/// # Errors
///
/// What the kernel says.
pub fn pin(cores: Range<usize>) -> io::Result<()> {
    let count = cores_of_machine();
    let mut set = CpuSet::new();
    cores.for_each(|core| set.set(core % count));
    Ok(sched_setaffinity(None, &set)?)
}

/// Counts all cores, also those on which this thread may not run at the moment.
fn cores_of_machine() -> usize {
    let listed = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    listed.lines().filter(|line| line.starts_with("processor")).count().max(1)
}
