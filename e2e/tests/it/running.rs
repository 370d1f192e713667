//! Commands that run while a test looks on: what they say, a way to end them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use testkit::Finished;

/// Longer than any command of these tests may take.
const DEADLINE: Duration = Duration::from_mins(2);

/// A started command.
pub(crate) struct Running {
    /// The process.
    pub(crate) child: Child,
    command: String,
    lines: Receiver<String>,
    said: String,
    stdout: JoinHandle<String>,
}

impl Running {
    /// Starts a command; its output is read as it comes.
    pub(crate) fn start(mut command: Command) -> Self {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let line = words.join(" ");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut out = child.stdout.take().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // Nobody may be listening any more.
                let _ = sender.send(line);
            }
        });
        let stdout = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = out.read_to_string(&mut text);
            text
        });
        Self { child, command: line, lines, said: String::new(), stdout }
    }

    /// Reads standard error up to a line with all these words.
    #[track_caller]
    pub(crate) fn until(&mut self, words: &[&str]) {
        let deadline = Instant::now() + DEADLINE;
        while let Ok(line) = self.lines.recv_timeout(deadline.duration_since(Instant::now())) {
            self.said.push_str(&line);
            self.said.push('\n');
            if words.iter().all(|word| line.contains(word)) {
                return;
            }
        }
        self.child.kill().unwrap();
        panic!("`{}` never said {words:?}:\n{}", self.command, self.said);
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Finished {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.said.push_str(&line);
                    self.said.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().unwrap();
                    panic!("`{}` does not end:\n{}", self.command, self.said);
                }
            }
        }
        let code = self.child.wait().unwrap().code();
        let stdout = self.stdout.join().unwrap();
        Finished { command: self.command, code, stdout, stderr: self.said }
    }
}
