//! The machine that was measured on: what explains a figure, and nothing that names the machine.

use std::{fs, thread};

use crate::command;

/// What is said of it.
pub(super) struct Machine {
    lines: Vec<(&'static str, String)>,
}

impl Machine {
    /// Reads it, with the load of this moment.
    pub(super) fn read() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let cores = thread::available_parallelism().map_or(0, usize::from);
        let cpu = field(&read("/proc/cpuinfo"), "model name");
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let kibibytes: f64 =
            memory.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or_default();
        let load = read("/proc/loadavg");
        let load: Vec<&str> = load.split(' ').take(3).collect();
        let date = command::output("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default();
        let lines = vec![
            ("date", date.trim().to_owned()),
            ("cores", cores.to_string()),
            ("CPU", cpu),
            ("memory", format!("{:.1} GiB", kibibytes / 1024.0 / 1024.0)),
            ("kernel", format!("Linux {}", read("/proc/sys/kernel/osrelease").trim())),
            ("load before (1, 5, 15 min)", load.join(", ")),
        ];
        Self { lines }
    }

    /// What it is, in order.
    pub(super) fn lines(&self) -> &[(&'static str, String)] {
        &self.lines
    }
}

/// The first value of a `name : value` file.
fn field(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    });
    line.unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found() {
        assert_eq!(field("a\t: x\nmodel name\t: CPU 1: big\n", "model name"), "CPU 1: big");
        assert_eq!(field("", "model name"), "unknown");
    }
}
