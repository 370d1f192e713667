//! `--post-renderer`: a plugin of Helm's, or a program, that changes manifests before they are used.
//!
//! A name is a plugin of type `postrenderer/v1` in the plugins folder, as for Helm 4; a path is a
//! program that reads manifests and prints them, as for Helm 3. Plugins of the wasm runtime are
//! refused by name.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use render::PostRenderer;
use yaml::{Numbers, Value};

use crate::context::Context;
use crate::failure::{Failure, Outcome};

const KIND: &str = "postrenderer/v1";

/// Flags that name a post-renderer.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct PostRendererFlags {
    /// Plugin, or path of a program, that manifests go through before they are used
    #[arg(long, value_name = "NAME")]
    post_renderer: Option<String>,
    /// Argument for the post-renderer (repeatable)
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    post_renderer_args: Vec<String>,
}

/// What is run.
struct Program {
    /// As it is called in errors.
    name: String,
    command: String,
    args: Vec<String>,
    environment: BTreeMap<String, String>,
    folder: PathBuf,
}

impl PostRendererFlags {
    /// Finds the program; nothing where none is named.
    pub(crate) fn find(&self, context: &Context) -> Outcome<Option<PostRenderer>> {
        let Some(name) = self.post_renderer.as_deref().filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let program = if name.contains(std::path::MAIN_SEPARATOR) {
            let path = context.path(Path::new(name));
            if !is_program(&path) {
                let failure =
                    Failure::message(format!("unable to find binary at {}", path.display()));
                return Err(failure.in_helms_words(unknown(name)));
            }
            Program {
                name: name.to_owned(),
                command: path.display().to_string(),
                args: self.post_renderer_args.clone(),
                environment: context.environment.all.clone(),
                folder: context.directory.clone(),
            }
        } else {
            self.plugin(context, name)?
        };
        Ok(Some(PostRenderer::new(move |manifests| program.run(manifests))))
    }

    fn plugin(&self, context: &Context, name: &str) -> Outcome<Program> {
        let mut others = Vec::new();
        for folder in &context.environment.helm_homes.plugins {
            for plugin in plugins(&context.path(folder)) {
                if plugin.text("type") != KIND {
                    continue;
                }
                if plugin.text("name") == name {
                    return plugin.program(context, &self.post_renderer_args);
                }
                others.push(plugin.text("name").to_owned());
            }
        }
        let failure = Failure::message(format!("plugin: {{Name:{name} Type:{KIND}}} not found"))
            .in_helms_words(unknown(name));
        Err(match diagnostic::nearest(name, others.iter().map(String::as_str)) {
            Some(near) => failure.hint(format!("did you mean {near:?}?")),
            None => failure.hint("a program is named by its path: ./post-render.sh"),
        })
    }
}

/// Helm refuses the flag's value, as it knows plugins alone.
fn unknown(name: &str) -> String {
    let shown = yaml::quote::quote(name);
    let plugin = format!("plugin: {{Name:{name} Type:{KIND}}} not found");
    format!("invalid argument {shown} for \"--post-renderer\" flag: {plugin}")
}

/// Whether there is a file that may be executed.
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let executable =
        |found: std::fs::Metadata| found.is_file() && found.permissions().mode() & 0o111 != 0;
    std::fs::metadata(path).is_ok_and(executable)
}

/// A plugin's folder and what its `plugin.yaml` says.
struct Plugin {
    folder: PathBuf,
    file: Value,
}

/// The plugins one level below a folder, in name order; what cannot be read is none.
fn plugins(folder: &Path) -> Vec<Plugin> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    folders.sort();
    folders
        .into_iter()
        .filter_map(|folder| {
            let text = std::fs::read(folder.join("plugin.yaml")).ok()?;
            let file = yaml::from_slice(&text, Numbers::Exact).ok()?;
            Some(Plugin { folder, file })
        })
        .collect()
}

impl Plugin {
    fn text(&self, key: &str) -> &str {
        self.file.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    fn program(&self, context: &Context, extra: &[String]) -> Outcome<Program> {
        let name = self.text("name");
        if self.text("apiVersion") != "v1" {
            return Err(Failure::message(format!(
                "the plugin {name:?} has apiVersion {:?}; only v1 is known",
                self.text("apiVersion")
            )));
        }
        if self.text("runtime") != "subprocess" {
            return Err(Failure::message(format!(
                "the plugin {name:?} needs the runtime {:?}, which is not supported; subprocess is",
                self.text("runtime")
            )));
        }
        let commands = self.file.lookup(&["runtimeConfig", "platformCommand"]);
        let commands = commands.and_then(Value::as_list).unwrap_or_default();
        let chosen = choose(commands).ok_or_else(|| {
            Failure::message("failed to prepare plugin command: no plugin command is applicable")
        })?;
        let mut environment = context.environment.all.clone();
        environment.insert("HELM_PLUGIN_NAME".to_owned(), name.to_owned());
        environment.insert("HELM_PLUGIN_DIR".to_owned(), self.folder.display().to_string());
        let text = |key: &str| chosen.get(key).and_then(Value::as_str).unwrap_or_default();
        let mut words = text("command").split(' ').map(|word| expand(word, &environment));
        let command = words.next().unwrap_or_default();
        let given = chosen.get("args").and_then(Value::as_list).unwrap_or_default();
        let given = given.iter().filter_map(Value::to_text).map(|arg| expand(&arg, &environment));
        let args = words.chain(given).chain(extra.iter().cloned()).collect();
        let folder = context.directory.clone();
        Ok(Program { name: name.to_owned(), command, args, environment, folder })
    }
}

/// The command for this system: of it and its processor, else of it, else of any.
fn choose(commands: &[Value]) -> Option<&Value> {
    let text = |command: &Value, key: &str| {
        command.get(key).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase()
    };
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        system => system,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        processor => processor,
    };
    let fits = |os: &'static str, arch: &'static str| {
        commands.iter().find(|c| text(c, "os") == os && text(c, "arch") == arch)
    };
    let found = fits(system, processor).or_else(|| fits(system, "")).or_else(|| fits("", ""));
    found.filter(|command| !text(command, "command").is_empty())
}

/// `$NAME` and `${NAME}` by the environment; what is not in it is empty, as in Go.
fn expand(text: &str, environment: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (name, tail) = if let Some(braced) = after.strip_prefix('{') {
            braced.split_once('}').unwrap_or((braced, ""))
        } else {
            after.split_at(after.find(|c| !word(c)).unwrap_or(after.len()))
        };
        out.push_str(environment.get(name).map_or("", String::as_str));
        rest = tail;
    }
    out + rest
}

impl Program {
    /// Gives the program the manifests and takes what it prints; what it says is shown if it fails.
    fn run(&self, manifests: &str) -> Result<String, String> {
        let failed =
            |why: &str| format!("failed to invoke post-renderer plugin {:?}: {why}", self.name);
        let mut child = Command::new(&self.command)
            .args(&self.args)
            .env_clear()
            .envs(&self.environment)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(&format!("{}: {error}", self.command)))?;
        let input = child.stdin.take();
        let output = thread::scope(|scope| {
            scope.spawn(move || {
                // A program need not read all of it.
                input.map(|mut input| input.write_all(manifests.as_bytes()))
            });
            child.wait_with_output()
        });
        let output = output.map_err(|error| failed(&error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = match said.trim() {
                "" => String::new(),
                said => format!("; it said:\n{said}"),
            };
            return Err(failed(&format!("plugin {:?} exited with error{said}", self.name)));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if text.trim().is_empty() {
            return Err(format!("post-renderer {:?} produced empty output", self.name));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{choose, expand};

    #[test]
    fn commands_are_for_systems_and_see_the_environment() {
        let text = "- {command: any}\n- {os: linux, command: linux}\n- {os: plan9, command: p}\n";
        let commands = yaml::list_from_str(text, yaml::Numbers::Exact).unwrap();
        let chosen = choose(&commands).and_then(|c| c.get("command")?.as_str().map(str::to_owned));
        let expected = if cfg!(target_os = "linux") { "linux" } else { "any" };
        assert_eq!(chosen.as_deref(), Some(expected));
        assert!(choose(&[]).is_none());
        let environment = BTreeMap::from([("A".to_owned(), "x".to_owned())]);
        assert_eq!(expand("${A}/$A-$B.sh", &environment), "x/x-.sh");
    }
}
