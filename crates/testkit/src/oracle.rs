//! The running oracle: one JSON request a line, one JSON answer a line.
//!
//! What it understands is said in `testenv/tools/oracle`. Deliberately not here: any judgement of
//! the answers, and any restatement of what Go does.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock, PoisonError},
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
        let mut child = Command::new(Tools::find()?.path("oracle"))
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::run("oracle"))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
        Ok(Self { pipes: Mutex::new(Pipes { child, input, output }) })
    }

    /// Asks one question, such as `{"op": "template", "template": "{{ .a }}", "data": {"a": 1}}`.
    ///
    /// # Errors
    /// The text of the error that Go or Helm gave.
    pub fn ask(&self, request: &Value) -> Result<Value, String> {
        let mut answer = self.exchange(request).expect("the oracle answers every line");
        match answer.get_mut("error") {
            Some(Value::String(text)) => Err(std::mem::take(text)),
            _ => Ok(answer.get_mut("output").map(Value::take).unwrap_or_default()),
        }
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

impl Drop for Oracle {
    fn drop(&mut self) {
        let pipes = self.pipes.get_mut().unwrap_or_else(PoisonError::into_inner);
        pipes.input = None;
        // It ends on its own once its input is closed; a failure here changes no test.
        let _ = pipes.child.wait();
    }
}

/// The oracle of this process; panics where the programs are not built.
pub fn oracle() -> &'static Oracle {
    static SHARED: OnceLock<Oracle> = OnceLock::new();
    SHARED.get_or_init(|| Oracle::start().unwrap_or_else(|error| panic!("{error}")))
}
