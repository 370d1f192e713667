//! Servers that cannot outlive the process that started them.
//!
//! A watchdog shell reads a pipe whose other end only this process holds. When the pipe closes, by
//! drop, exit, panic or SIGKILL, the watchdog kills every server and removes their directory.
//! **Invariant**: every server is in the watchdog's process group, so that even one whose number
//! the watchdog has not yet read dies with it; and none is in ours, so that Ctrl-C reaches us first.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::Error;

/// `$1` is the directory to remove. The last line ends the watchdog too.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
pids=
while read -r pid; do pids="$pids $pid"; done
if [ -n "$pids" ]; then kill -KILL $pids 2>/dev/null; fi
rm -rf -- "$1"
kill -KILL 0
"#;

/// The servers of one control plane, and the directory that holds their files.
#[derive(Debug)]
pub(crate) struct Supervisor {
    dir: PathBuf,
    watchdog: Child,
    pipe: Option<ChildStdin>,
    servers: Vec<Server>,
}

#[derive(Debug)]
struct Server {
    name: String,
    child: Child,
}

impl Supervisor {
    /// Makes a directory and its watchdog.
    pub(crate) fn start() -> Result<Self, Error> {
        let temp = std::env::temp_dir();
        let dir = tempfile::Builder::new()
            .prefix("windrose-testkit-")
            .tempdir()
            .map_err(Error::access(temp))?
            .keep();
        fs::create_dir(dir.join("logs")).map_err(Error::access(&dir))?;
        let mut watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&dir)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Error::run("/bin/sh"))?;
        let pipe = watchdog.stdin.take();
        Ok(Self { dir, watchdog, pipe, servers: Vec::new() })
    }

    /// The directory of the servers' files.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Starts a server; its output goes to `logs/<name>.log`.
    pub(crate) fn spawn(&mut self, name: &str, command: &mut Command) -> Result<(), Error> {
        let log = self.log_path(name);
        let file = File::create(&log).map_err(Error::access(&log))?;
        let same = file.try_clone().map_err(Error::access(&log))?;
        let child = command
            .current_dir(&self.dir)
            .process_group(self.watchdog.id() as i32)
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(same)
            .spawn()
            .map_err(Error::run(name))?;
        if let Some(pipe) = &mut self.pipe {
            writeln!(pipe, "{}", child.id()).map_err(Error::run("watchdog"))?;
        }
        self.servers.push(Server { name: name.to_owned(), child });
        Ok(())
    }

    /// Fails with the end of its log if a server has ended.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        let ended = self.servers.iter_mut().find_map(|server| {
            let status = server.child.try_wait().ok().flatten()?;
            Some((server.name.clone(), format!("ended ({status})")))
        });
        match ended {
            Some((name, problem)) => Err(self.not_ready(&name, problem)),
            None => Ok(()),
        }
    }

    /// The error for a server that is not what it should be.
    pub(crate) fn not_ready(&self, server: &str, problem: impl Into<String>) -> Error {
        let log = fs::read(self.log_path(server)).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<_> = text.lines().collect();
        Error::NotReady {
            server: server.to_owned(),
            problem: problem.into(),
            log: lines[lines.len().saturating_sub(15)..].join("\n"),
        }
    }

    /// The process numbers of the watchdog and the servers.
    pub(crate) fn process_ids(&self) -> Vec<u32> {
        std::iter::once(self.watchdog.id())
            .chain(self.servers.iter().map(|server| server.child.id()))
            .collect()
    }

    fn log_path(&self, name: &str) -> PathBuf {
        self.dir.join("logs").join(format!("{name}.log"))
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.pipe = None;
        // The watchdog has killed them all when it ends; waiting only collects what is left.
        let _ = self.watchdog.wait();
        for server in &mut self.servers {
            let _ = server.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    #[test]
    fn a_failed_server_is_reported_with_its_last_lines() {
        let mut supervisor = Supervisor::start().unwrap();
        let mut command = Command::new("/bin/sh");
        supervisor.spawn("broken", command.args(["-c", "echo no such flag >&2; exit 3"])).unwrap();
        supervisor.servers[0].child.wait().unwrap();
        let error = supervisor.check().unwrap_err().to_string();
        assert_eq!(error, "broken ended (exit status: 3); its last lines:\nno such flag");
    }

    /// Not a test of its own: what the test below runs as another process, and kills.
    #[test]
    #[ignore = "holds a server until it is killed; run by the test below"]
    fn hold_a_server() {
        let mut supervisor = Supervisor::start().unwrap();
        supervisor.spawn("sleep", Command::new("sleep").arg("1000")).unwrap();
        println!("holds {} {}", supervisor.process_ids()[1], supervisor.dir().display());
        supervisor.servers[0].child.wait().unwrap();
    }

    #[test]
    fn servers_die_with_a_process_that_is_killed() {
        let mut holder = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "supervisor::tests::hold_a_server", "--ignored", "--nocapture"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
        let line = lines.map(Result::unwrap).find(|line| line.contains("holds ")).unwrap();
        let words: Vec<_> = line.split("holds ").last().unwrap().split(' ').collect();
        let (process, dir) = (Path::new("/proc").join(words[0]), Path::new(words[1]));
        assert!(process.exists() && dir.exists());

        holder.kill().unwrap();
        holder.wait().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while process.exists() || dir.exists() {
            assert!(std::time::Instant::now() < deadline, "the server lives on");
            std::thread::yield_now();
        }
    }
}
