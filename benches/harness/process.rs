//! What the kernel knows of another process.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::time::Duration;

/// The CPU time of each thread of a process at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessCpu(HashMap<String, u64>);

impl ProcessCpu {
    /// Reads the run time of every thread, from `/proc/<pid>/task/*/schedstat`, in nanoseconds.
    ///
    /// The kernel adds to it when a thread stops running or is interrupted, so the process should be idle at this moment.
    ///
    /// # Errors
    ///
    /// If there is no such process.
    pub fn read(pid: u32) -> io::Result<Self> {
        let mut threads = HashMap::new();
        for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
            let thread = thread?;
            // A thread may end between the listing and the reading.
            let Ok(text) = fs::read_to_string(thread.path().join("schedstat")) else { continue };
            let run_time = text.split(' ').next().and_then(|field| field.parse().ok()).unwrap_or_default();
            threads.insert(thread.file_name().to_string_lossy().into_owned(), run_time);
        }
        Ok(Self(threads))
    }

    /// Reads it once it does not change: the kernel counts a thread when it stops.
    ///
    /// # Errors
    ///
    /// If there is no such process.
    pub fn settled(pid: u32) -> io::Result<Self> {
        let mut last = Self::read(pid)?;
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(1));
            let now = Self::read(pid)?;
            if now == last {
                break;
            }
            last = now;
        }
        Ok(last)
    }

    /// Returns what the threads have run since `earlier`; those that ended in between are not counted.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Duration {
        let spent = |(id, now): (&String, &u64)| now.saturating_sub(earlier.0.get(id).copied().unwrap_or_default());
        Duration::from_nanos(self.0.iter().map(spent).sum())
    }
}

/// Returns how many bytes of a process are in memory.
///
/// # Errors
///
/// If there is no such process.
pub fn resident_bytes(pid: u32) -> io::Result<u64> {
    status_bytes(pid, "VmRSS:")
}

/// Returns how many bytes of a process are in memory that are no part of a file.
///
/// # Errors
///
/// If there is no such process.
pub fn resident_anonymous_bytes(pid: u32) -> io::Result<u64> {
    status_bytes(pid, "RssAnon:")
}

/// Returns how many bytes of a process were in memory at most since [`forget_peak`].
///
/// # Errors
///
/// If there is no such process.
pub fn peak_bytes(pid: u32) -> io::Result<u64> {
    status_bytes(pid, "VmHWM:")
}

/// Has the kernel count anew how much memory a process has at most.
///
/// # Errors
///
/// If there is no such process, or it is somebody else's.
pub fn forget_peak(pid: u32) -> io::Result<()> {
    fs::write(format!("/proc/{pid}/clear_refs"), "5")
}

/// Counts the files and sockets that a process has open.
///
/// # Errors
///
/// If there is no such process.
pub fn open_files(pid: u32) -> io::Result<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

fn status_bytes(pid: u32, key: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.map(|kilobytes: u64| kilobytes * 1024).ok_or_else(|| io::ErrorKind::InvalidData.into())
}
