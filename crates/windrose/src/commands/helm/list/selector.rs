//! Label selectors as Kubernetes' own reader takes them: `a=b,c!=d,e in (f,g),h,!i,j>1`.
//!
//! Errors are in that reader's words.

use std::collections::BTreeMap;

/// A conjunction of requirements.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Selector(Vec<(String, Rule)>);

#[derive(Clone, Debug, PartialEq)]
enum Rule {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
    Greater(i64),
    Less(i64),
}

/// A word or a mark; the end is an empty word.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Mark(String),
    End,
}

impl Token {
    fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Mark(text) => text,
            Self::End => "",
        }
    }

    fn is(&self, mark: &str) -> bool {
        matches!(self, Self::Mark(text) if text == mark)
    }
}

impl Selector {
    /// Reads a selector.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { tokens: tokens(text), at: 0 };
        let mut rules = vec![];
        loop {
            match reader.look() {
                Token::End => return Ok(Self(rules)),
                token if token.is("!") || matches!(token, Token::Word(_)) => {
                    let rule = reader.requirement();
                    rules.push(rule.map_err(|e| format!("unable to parse requirement: {e}"))?);
                }
                token => {
                    let found = token.text();
                    return Err(format!(
                        "found '{found}', expected: !, identifier, or 'end of string'"
                    ));
                }
            }
            match reader.next() {
                Token::End => return Ok(Self(rules)),
                token if token.is(",") => match reader.look() {
                    token if token.is("!") || matches!(token, Token::Word(_)) => {}
                    token => {
                        let found = token.text();
                        return Err(format!("found '{found}', expected: identifier after ','"));
                    }
                },
                token => {
                    let found = token.text();
                    return Err(format!("found '{found}', expected: ',' or 'end of string'"));
                }
            }
        }
    }

    /// Whether labels fit.
    pub(super) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|(key, rule)| {
            let value = labels.get(key);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match rule {
                Rule::In(values) => value.is_some_and(|value| values.contains(value)),
                Rule::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                Rule::Exists => value.is_some(),
                Rule::Absent => value.is_none(),
                Rule::Greater(bound) => number().is_some_and(|number| number > *bound),
                Rule::Less(bound) => number().is_some_and(|number| number < *bound),
            }
        })
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn look(&self) -> Token {
        self.tokens.get(self.at).cloned().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.look();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<(String, Rule), String> {
        let mut token = self.next();
        let is_absent = token.is("!");
        if is_absent {
            token = self.next();
        }
        let Token::Word(key) = token else {
            return Err(format!("found '{}', expected: identifier", token.text()));
        };
        check_key(&key)?;
        if is_absent {
            return Ok((key, Rule::Absent));
        }
        if self.look() == Token::End || self.look().is(",") {
            return Ok((key, Rule::Exists));
        }
        let rule = match self.next() {
            Token::Word(word) if word == "in" => Rule::In(self.values()?),
            Token::Word(word) if word == "notin" => Rule::NotIn(self.values()?),
            Token::Mark(mark) if mark == "=" || mark == "==" => Rule::In(vec![self.value()?]),
            Token::Mark(mark) if mark == "!=" => Rule::NotIn(vec![self.value()?]),
            Token::Mark(mark) if mark == ">" => Rule::Greater(number(&self.value()?)?),
            Token::Mark(mark) if mark == "<" => Rule::Less(number(&self.value()?)?),
            token => {
                let found = token.text();
                return Err(format!("found '{found}', expected: in, notin, =, ==, !=, gt, lt"));
            }
        };
        if let Rule::In(values) | Rule::NotIn(values) = &rule {
            values.iter().try_for_each(|value| check_value(&key, value))?;
        }
        Ok((key, rule))
    }

    fn value(&mut self) -> Result<String, String> {
        if self.look() == Token::End || self.look().is(",") {
            return Ok(String::new());
        }
        match self.next() {
            Token::Word(word) => Ok(word),
            token => Err(format!("found '{}', expected: identifier", token.text())),
        }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let open = self.next();
        if !open.is("(") {
            return Err(format!("found '{}' expected: '('", open.text()));
        }
        let mut values = vec![];
        let mut is_after_value = false;
        loop {
            match self.next() {
                Token::Word(_) if is_after_value => {
                    let found = self.tokens[self.at - 1].text().to_owned();
                    return Err(format!("found '{found}', expected: ',' or ')'"));
                }
                Token::Word(word) => {
                    values.push(word);
                    is_after_value = true;
                }
                token if token.is(")") => {
                    if !is_after_value {
                        values.push(String::new());
                    }
                    return Ok(values);
                }
                token if token.is(",") => {
                    if !is_after_value {
                        values.push(String::new());
                    }
                    is_after_value = false;
                }
                token if is_after_value => {
                    return Err(format!("found '{}', expected: ',' or ')'", token.text()));
                }
                token if values.is_empty() => {
                    let found = token.text();
                    return Err(format!("found '{found}', expected: ',', ')' or identifier"));
                }
                token => {
                    return Err(format!("found '{}', expected: ',', or identifier", token.text()));
                }
            }
        }
    }
}

fn tokens(text: &str) -> Vec<Token> {
    const MARKS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];
    let mut tokens = vec![];
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while !rest.is_empty() {
        let is_end = |c: char| "=!(),>< \t\r\n".contains(c);
        let word = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let mark = MARKS.iter().find(|mark| rest.starts_with(**mark));
        let (token, length) = mark.map_or_else(
            || (Token::Word(word.to_owned()), word.len()),
            |mark| (Token::Mark((*mark).to_owned()), mark.len()),
        );
        tokens.push(token);
        rest = rest[length..].trim_start_matches([' ', '\t', '\r', '\n']);
    }
    tokens
}

fn number(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        let quoted = yaml::quote::quote(text);
        format!(
            "values[0]: Invalid value: {quoted}: for 'Gt', 'Lt' operators, the value must be an \
             integer"
        )
    })
}

const LONGEST: usize = 63;
const NAME: &str = "consist of alphanumeric characters, '-', '_' or '.', and must start and end \
                    with an alphanumeric character";

fn is_name(text: &str) -> bool {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    is_end(text.chars().next())
        && is_end(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn check_key(key: &str) -> Result<(), String> {
    let name = key.split_once('/').map_or(key, |(_, name)| name);
    let why = if name.len() > LONGEST {
        "name part must be no more than 63 bytes".to_owned()
    } else if is_name(name) {
        return Ok(());
    } else {
        format!(
            "name part must {NAME} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for \
             validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
        )
    };
    Err(format!("<nil>: Invalid value: {}: {why}", yaml::quote::quote(key)))
}

fn check_value(key: &str, value: &str) -> Result<(), String> {
    let why = if value.len() > LONGEST {
        "must be no more than 63 bytes".to_owned()
    } else if value.is_empty() || is_name(value) {
        return Ok(());
    } else {
        format!(
            "a valid label must be an empty string or {NAME} (e.g. 'MyValue',  or 'my_value',  or \
             '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
        )
    };
    Err(format!("values[0][{key}]: Invalid value: {}: {why}", yaml::quote::quote(value)))
}

#[cfg(test)]
mod tests {
    use super::Selector;

    #[test]
    fn selectors_choose_by_labels() {
        let labels = [("team", "a"), ("tier", "5")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let labels = labels.into();
        for (selector, expected) in [
            ("", true),
            ("team=a", true),
            ("team == a,tier", true),
            ("team!=a", false),
            ("team in (a, b)", true),
            ("team notin (a)", false),
            ("other notin (a,)", true),
            ("!other", true),
            ("!team", false),
            ("tier>4,tier<6", true),
            ("tier>5", false),
            ("other=", false),
        ] {
            let read = Selector::parse(selector).unwrap();
            assert_eq!(read.matches(&labels), expected, "{selector}");
        }
    }

    /// What Kubernetes' reader says.
    #[test]
    fn mistakes_are_told_in_the_readers_words() {
        for (selector, expected) in [
            ("=a", "found '=', expected: !, identifier, or 'end of string'"),
            ("a=b,", "found '', expected: identifier after ','"),
            ("a=b c", "found 'c', expected: ',' or 'end of string'"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            (
                "a b",
                "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
            ),
            ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ] {
            assert_eq!(Selector::parse(selector).unwrap_err(), expected, "{selector}");
        }
    }
}
