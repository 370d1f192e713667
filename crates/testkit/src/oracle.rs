//! The running oracle: one JSON request a line, one JSON answer a line.
//!
//! What it understands is said in `testenv/tools/oracle`. Deliberately not here: any judgement of
//! the answers, and any restatement of what Go does.

mod zones;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use serde_json::Value;

use crate::{Error, Tools};

/// A running oracle. It ends when its input closes: when it is dropped or this process ends.
#[derive(Debug)]
pub struct Oracle {
    pipes: Mutex<Pipes>,
}

#[derive(Debug)]
struct Pipes {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts one.
    ///
    /// # Errors
    /// [`Error::NotBuilt`] or [`Error::Run`].
    pub fn start() -> Result<Self, Error> {
        Ok(Self { pipes: Mutex::new(Pipes::open()?) })
    }

    /// Asks one question, such as `{"op": "template", "template": "{{ .a }}", "data": {"a": 1}}`.
    ///
    /// # Errors
    /// The text of the error that Go or Helm gave.
    pub fn ask(&self, request: &Value) -> Result<Value, String> {
        outcome(self.exchange(request).expect("the oracle answers every line"))
    }

    /// Asks many questions, the answers in their order. A question that ends the program, such as
    /// one that exhausts Go's stack or takes too long, is answered by [`DIED`]; the others by a new one.
    ///
    /// # Panics
    /// Where the program cannot be started again.
    pub fn ask_all(&self, requests: &[Value]) -> Vec<Result<Value, String>> {
        let mut answers = Vec::with_capacity(requests.len());
        while answers.len() < requests.len() {
            let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
            pipes.ask_all(&requests[answers.len()..], &mut answers);
            if answers.len() < requests.len() {
                answers.push(Err(DIED.to_owned()));
                *pipes = Pipes::open().unwrap_or_else(|error| panic!("{error}"));
            }
        }
        answers
    }

    fn exchange(&self, request: &Value) -> std::io::Result<Value> {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = request.to_string();
        line.push('\n');
        if let Some(input) = &mut pipes.input {
            input.write_all(line.as_bytes())?;
        }
        line.clear();
        pipes.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The answer to a question that ended the program.
pub const DIED: &str = "the oracle died";

fn outcome(mut answer: Value) -> Result<Value, String> {
    match answer.get_mut("error") {
        Some(Value::String(text)) => Err(std::mem::take(text)),
        _ => Ok(answer.get_mut("output").map(Value::take).unwrap_or_default()),
    }
}

impl Pipes {
    fn open() -> Result<Self, Error> {
        let mut child = Command::new(Tools::find()?.path("oracle"))
            .env_clear()
            .env("TZ", "UTC")
            .env("ZONEINFO", zones::directory().map_err(Error::run("oracle"))?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::run("oracle"))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Ok(Self { child, input, output })
    }

    /// Writes and reads side by side, because a pipe holds little; ends early when the program does,
    /// and ends the program where an answer takes longer than [`PATIENCE`].
    fn ask_all(&mut self, requests: &[Value], answers: &mut Vec<Result<Value, String>>) {
        let Self { child, input, output } = self;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for request in requests {
                    let line = format!("{request}\n");
                    if input.as_mut().is_none_or(|input| input.write_all(line.as_bytes()).is_err())
                    {
                        return;
                    }
                }
            });
            let (answered, ticks) = mpsc::channel();
            scope.spawn(move || {
                loop {
                    match ticks.recv_timeout(PATIENCE) {
                        Ok(()) => {}
                        Err(RecvTimeoutError::Disconnected) => return,
                        Err(RecvTimeoutError::Timeout) => {
                            // Reading ends with it.
                            let _ = child.kill();
                            return;
                        }
                    }
                }
            });
            let mut line = String::new();
            for _ in requests {
                line.clear();
                match output.read_line(&mut line).map(|_| serde_json::from_str(&line)) {
                    Ok(Ok(answer)) => {
                        answers.push(outcome(answer));
                        let _ = answered.send(());
                    }
                    Ok(Err(_)) | Err(_) => return,
                }
            }
        });
    }
}

impl Drop for Pipes {
    fn drop(&mut self) {
        self.input = None;
        // It ends on its own once its input is closed; a failure here changes no test.
        let _ = self.child.wait();
    }
}

/// The oracle of this process; panics where the programs are not built.
pub fn oracle() -> &'static Oracle {
    static SHARED: OnceLock<Oracle> = OnceLock::new();
    SHARED.get_or_init(|| Oracle::start().unwrap_or_else(|error| panic!("{error}")))
}
