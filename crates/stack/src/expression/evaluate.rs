//! From compiled expressions and a scope to a value.

use cel::{ExecutionError, Value as Cel};
use diagnostic::Diagnostic;
use yaml::{Map, Value};

use super::compile::ENVIRONMENT;
use super::{Expression, Part, Scope, Text};
use crate::tree::Read;

/// Longest string and list that an expression may give.
const LARGEST: usize = 1 << 20;

impl Text {
    /// The value in this scope: of the expression's type if the string is exactly one expression, else a string.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, Box<Diagnostic>> {
        if let [Part::Expression(expression)] = self.parts.as_slice() {
            return expression.evaluate(scope);
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Expression(expression) => expression.append(scope, &mut text)?,
            }
        }
        Ok(Value::String(text))
    }

    /// The value as a string; numbers and booleans as they are written.
    pub fn evaluate_string(&self, scope: &Scope) -> Result<String, Box<Diagnostic>> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Expression(expression) => expression.append(scope, &mut text)?,
            }
        }
        Ok(text)
    }

    /// The value of a condition, which must be a boolean.
    pub fn evaluate_bool(&self, scope: &Scope) -> Result<bool, Box<Diagnostic>> {
        match self.evaluate(scope)? {
            Value::Bool(b) => Ok(b),
            Value::String(word) if self.literal().is_some() => Ok(word == "true"),
            other => {
                let message = format!("a condition must be true or false, not {}", kind(&other));
                Err(Box::new(self.place.error(message, format!("this is {}", show(&other)))))
            }
        }
    }

    /// The inputs that the expressions read, with the places that gave them their values.
    pub(crate) fn inputs_read(&self, scope: &Scope) -> Vec<Read> {
        let mut read: Vec<Read> = vec![];
        for path in self.paths().filter(|p| p.root == "inputs") {
            let Some(field) = &path.field else { continue };
            let Some(place) = scope.origins.get(field) else { continue };
            let name = format!("inputs.{field}");
            if read.iter().all(|r| r.name != name) {
                read.push(Read { name, place: place.clone() });
            }
        }
        read
    }
}

impl Expression {
    fn evaluate(&self, scope: &Scope) -> Result<Value, Box<Diagnostic>> {
        let mut context = cel::Context::with_env(ENVIRONMENT.clone());
        for (name, value) in &scope.variables {
            context.add_variable_from_value(name.clone(), value.clone());
        }
        let value = self.program.execute(&context).map_err(|e| Box::new(self.failed(&e, scope)))?;
        from_cel(&value, 0)
            .map_err(|what| Box::new(self.place.error(format!("an expression gives {what}"), "")))
    }

    fn append(&self, scope: &Scope, text: &mut String) -> Result<(), Box<Diagnostic>> {
        match self.evaluate(scope)? {
            Value::String(s) => text.push_str(&s),
            Value::Bool(b) => text.push_str(if b { "true" } else { "false" }),
            Value::Int(n) => text.push_str(&n.to_string()),
            Value::Uint(n) => text.push_str(&n.to_string()),
            Value::Float(f) => text.push_str(&f.to_string()),
            other @ (Value::Null | Value::List(_) | Value::Map(_)) => {
                let what = kind(&other);
                let error = self.place.error(format!("{what} cannot be part of a text"), what);
                return Err(Box::new(match other {
                    Value::List(_) => error.hint("join its items: `list.join(\",\")`"),
                    _ => error,
                }));
            }
        }
        Ok(())
    }

    fn failed(&self, error: &ExecutionError, scope: &Scope) -> Diagnostic {
        let message = match error {
            ExecutionError::NoSuchKey(key) => {
                let error = self.place.error(format!("there is no `{key}`"), "");
                let fields = scope.variables.values().filter_map(|v| match v {
                    Cel::Map(map) => Some(map.map.keys()),
                    _ => None,
                });
                let fields: Vec<String> = fields.flatten().map(ToString::to_string).collect();
                return error.suggest(key, fields.iter().map(String::as_str));
            }
            ExecutionError::UndeclaredReference(name) => format!("`{name}` is not known here"),
            ExecutionError::NoSuchOverload(overload) => {
                let function = overload.function().replace('_', "");
                let types = overload.argument_types().join(" and ");
                format!("`{function}` does not work on {types}")
            }
            ExecutionError::UnsupportedBinaryOperator(name, left, right) => {
                let (left, right) = (left.type_of(), right.type_of());
                format!("`{}` does not work on {left} and {right}", operator(name))
            }
            ExecutionError::ValuesNotComparable(left, right) => {
                format!("{} and {} cannot be compared", left.type_of(), right.type_of())
            }
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                "division by zero".to_owned()
            }
            ExecutionError::Overflow(name, _, _) => {
                format!("the result of `{}` is too large", operator(name))
            }
            ExecutionError::IndexOutOfBounds(_) => "there is no item with this index".to_owned(),
            ExecutionError::UnsupportedIndex(index, of) => {
                format!(
                    "a {} has no item with an index that is a {}",
                    of.type_of(),
                    index.type_of()
                )
            }
            other => {
                let text = other.to_string();
                let mut letters = text.chars();
                letters.next().map_or(String::new(), |c| {
                    c.to_lowercase().collect::<String>() + letters.as_str()
                })
            }
        };
        self.place.error(message, "")
    }
}

/// The operator that the library calls by name.
fn operator(name: &str) -> &str {
    match name {
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        "negate" => "-",
        other => other,
    }
}

/// What a value is, with its article.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}

/// A value in a message: scalars themselves, the rest by kind.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Uint(n) => n.to_string(),
        Value::Float(f) => f.to_string(),
        Value::String(s) => format!("`{s}`"),
        Value::List(_) | Value::Map(_) => kind(value).to_owned(),
    }
}

fn from_cel(value: &Cel, depth: usize) -> Result<Value, String> {
    if depth > 64 {
        return Err("a value nested deeper than 64 levels".to_owned());
    }
    Ok(match value {
        Cel::Null => Value::Null,
        Cel::Bool(b) => Value::Bool(*b),
        Cel::Int(n) => Value::Int(*n),
        Cel::UInt(n) => Value::from(*n),
        Cel::Float(f) if f.is_finite() => Value::Float(*f),
        Cel::Float(f) => return Err(format!("{f}, which YAML values cannot hold")),
        Cel::String(s) if s.len() <= LARGEST => Value::String(s.to_string()),
        Cel::String(_) => return Err("a string longer than 1 MiB".to_owned()),
        Cel::List(list) if list.len() <= LARGEST => {
            Value::List(list.iter().map(|v| from_cel(v, depth + 1)).collect::<Result<_, _>>()?)
        }
        Cel::List(_) => return Err("a list of more than a million items".to_owned()),
        Cel::Map(map) => {
            let mut entries = Map::new();
            for (key, value) in map.map.iter() {
                entries.insert(key.to_string(), from_cel(value, depth + 1)?);
            }
            Value::Map(entries)
        }
        other => return Err(format!("a {}, which is not a YAML value", other.type_of())),
    })
}

#[cfg(test)]
mod tests {
    use diagnostic::Source;
    use yaml::{Numbers, Value};

    use super::*;
    use crate::place::Place;

    fn scope() -> Scope {
        let inputs = yaml::from_str(
            "{replicas: 3, ratio: 0.5, host: shop.example, on_: true, none: null, tags: [a, b], db: {port: 5432}}",
            Numbers::Exact,
        );
        let inputs = inputs.unwrap();
        let map = inputs.as_map().unwrap();
        Scope::default().with_inputs(map.iter().map(|(k, v)| (k.as_str(), v, None)))
    }

    fn evaluate(text: &str) -> Result<Value, String> {
        let source = Source::new("stack.yaml", text);
        let place = Place::new(&source, 0..text.len());
        let text = Text::parse(text, &place).map_err(|e| e[0].message.clone())?;
        text.evaluate(&scope()).map_err(|e| e.message)
    }

    #[test]
    fn types_stay_and_text_takes_scalars() {
        let table: [(&str, &str); 19] = [
            ("${{ inputs.replicas }}", "3"),
            ("${{ inputs.replicas + 1 }}", "4"),
            ("${{ inputs.ratio }}", "0.5"),
            ("${{ inputs.on_ && inputs.replicas > 2 }}", "true"),
            ("${{ inputs.none }}", "null"),
            ("${{ inputs.tags }}", r#"["a","b"]"#),
            ("${{ inputs.db }}", r#"{"port":5432}"#),
            ("${{inputs.db.port}}", "5432"),
            ("${{ inputs['host'] }}", r#""shop.example""#),
            (
                "https://${{ inputs.host }}:${{ inputs.db.port }}/",
                r#""https://shop.example:5432/""#,
            ),
            ("${{ inputs.on_ }} ${{ inputs.ratio }}", r#""true 0.5""#),
            ("${{ {'a': {'b': inputs.replicas}} }}", r#"{"a":{"b":3}}"#),
            ("${{ '}}' }}", r#""}}""#),
            ("$${{ inputs.host }}", r#""${{ inputs.host }}""#),
            ("${{ inputs.tags.map(t, t + '-db').join(',') }}", r#""a-db,b-db""#),
            ("${{ inputs.tags.exists(t, t == 'b') }}", "true"),
            ("${{ inputs.host.startsWith('shop') ? 1 : 2 }}", "1"),
            ("${{ has(inputs.db.host) ? inputs.db.host : 'none' }}", r#""none""#),
            ("no expression, $5 and {{ this }}", r#""no expression, $5 and {{ this }}""#),
        ];
        for (text, expected) in table {
            let value = evaluate(text).map(|v| v.to_json().to_string());
            assert_eq!(value.as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        let deep = format!("${{{{ {}1{} }}}}", "(".repeat(500), ")".repeat(500));
        let chain = format!("${{{{ {}true }}}}", "!".repeat(500));
        let long = format!("${{{{ {} }}}}", "1 + ".repeat(600) + "1");
        let big = format!("${{{{ {} }}}}", "'a'".to_owned() + &".replace('a', 'aa')".repeat(9));
        let table = [
            ("x ${{ inputs.tags }}", "a list cannot be part of a text"),
            ("${{ inputs.host + 1 }}", "`+` does not work on string and int"),
            ("${{ 1 / 0 }}", "division by zero"),
            ("${{ nothing }}", "`nothing` is not known here"),
            ("${{ inputs.hots }}", "there is no `hots`"),
            ("${{ inputs.host.matches('(a+)+$') }}", "`matches` is not known here"),
            ("${{ b'bytes' }}", "an expression gives a bytes, which is not a YAML value"),
            (&deep, "an expression is nested deeper than 48 levels"),
            (&chain, "an expression is nested deeper than 48 levels"),
            (&long, "an expression is longer than 2000 bytes"),
            (&big, "`replace`, `join` and `format` are called more than 8 times"),
        ];
        for (text, expected) in table {
            assert_eq!(evaluate(text), Err(expected.to_owned()), "{text}");
        }
    }
}
