//! The functions of `oracle/main.go`, in Rust.
#![expect(clippy::unnecessary_wraps, reason = "every function has the shape of `Call`")]

use std::any::Any;

use template::format::{sprint, sprintf};
use template::{
    CallError, Context, Float, Function, IntKind, Kind, Library, List, ListType, Map, MapType,
    Object, Param, Str, UintKind, Value,
};

type Result = std::result::Result<Value, CallError>;

pub(crate) fn library() -> Library {
    Library::new().with(FUNCTIONS)
}

const fn fixed(name: &'static str, params: &'static [Param], call: template::Call) -> Function {
    Function { name, params, variadic: None, call }
}

const fn many(name: &'static str, rest: Param, call: template::Call) -> Function {
    Function { name, params: &[], variadic: Some(rest), call }
}

const FUNCTIONS: &[Function] = &[
    fixed("include", &[Param::String, Param::Any], include),
    fixed("tpl", &[Param::String, Param::Any], tpl),
    many("list", Param::Any, |_, args| Ok(Value::list(args.to_vec()))),
    many("strings", Param::String, |_, args| Ok(list(ListType::String, args))),
    many("ints", Param::Int, |_, args| Ok(list(ListType::Int, args))),
    fixed("bytes", &[Param::String], |_, args| Ok(Value::bytes(str(&args[0]).clone()))),
    many("dict", Param::Any, |_, args| Ok(Value::Map(pairs(args, MapType::Any)))),
    many("stringMap", Param::String, |_, args| Ok(Value::Map(pairs(args, MapType::String)))),
    fixed("set", &[Param::Map, Param::String, Param::Any], set),
    fixed("nothing", &[], |_, _| Ok(Value::Nil)),
    fixed("nilMap", &[], |_, _| Ok(Value::Map(Map::nil(MapType::Any)))),
    fixed("nilList", &[], |_, _| Ok(Value::List(List::nil(ListType::Any)))),
    fixed("boom", &[Param::String], |_, args| Err(str(&args[0]).to_string().into())),
    fixed("needInt", &[Param::Int], |_, args| print("int %d", args)),
    fixed("needInt64", &[Param::Int64], |_, args| print("int64 %d", args)),
    fixed("needUint", &[Param::Uint], |_, args| print("uint %d", args)),
    fixed("needFloat", &[Param::Float64], |_, args| print("float %v", args)),
    fixed("needString", &[Param::String], |_, args| print("string %v", args)),
    fixed("needBool", &[Param::Bool], |_, args| print("bool %v", args)),
    fixed("needMap", &[Param::Map], |_, args| container("map", args)),
    fixed("needList", &[Param::List], |_, args| container("list", args)),
    fixed("needStrings", &[Param::Strings], |_, args| container("strings", args)),
    fixed("needAny", &[Param::Any], |_, args| {
        print("any %v %T", &[args[0].clone(), args[0].clone()])
    }),
    Function {
        name: "two",
        params: &[Param::String],
        variadic: Some(Param::Any),
        call: |_, args| {
            let rest = sprint(&args[1..]);
            Ok(Value::str([str(&args[0]).as_bytes(), &rest].concat()))
        },
    },
    fixed("int64", &[Param::Int], |_, args| Ok(Value::Int(int(&args[0]), IntKind::Int64))),
    fixed("uint", &[Param::Int], |_, args| Ok(Value::Uint(int(&args[0]) as u64, UintKind::Uint))),
    fixed("uint8", &[Param::Int], |_, args| {
        Ok(Value::Uint(UintKind::Uint8.wrap(int(&args[0]) as u64), UintKind::Uint8))
    }),
    fixed("float32", &[Param::Float64], |_, args| match args[0] {
        Value::Float(value, _) => Ok(Value::Float(f64::from(value as f32), Float::Float32)),
        _ => Ok(Value::Nil),
    }),
    fixed("nan", &[], |_, _| Ok(Value::float(f64::NAN))),
    fixed("inf", &[], |_, _| Ok(Value::float(f64::INFINITY))),
    fixed("duration", &[Param::Int64], |_, args| Ok(Value::Int(int(&args[0]), IntKind::Duration))),
    fixed("object", &[Param::String], |_, args| {
        Ok(Value::object(Pointer { name: str(&args[0]).clone() }))
    }),
    fixed("shown", &[Param::String], |_, args| {
        Ok(Value::object(Shown { text: str(&args[0]).clone(), type_name: "main.Shown" }))
    }),
    fixed("shownPtr", &[Param::String], |_, args| {
        Ok(Value::object(Shown { text: str(&args[0]).clone(), type_name: "*main.Shown" }))
    }),
    fixed("func", &[], |_, _| Ok(Value::object(Callable))),
];

fn include(cx: &mut Context<'_>, args: &[Value]) -> Result {
    Ok(Value::Str(cx.execute_template(str(&args[0]), &args[1])?))
}

fn tpl(cx: &mut Context<'_>, args: &[Value]) -> Result {
    let quoted = sprintf(b"%q", &args[..1]);
    let quoted = String::from_utf8_lossy(&quoted);
    match cx.compile_and_execute(str(&args[0]), &args[1]) {
        Ok(text) => Ok(Value::Str(text)),
        Err(error @ template::OverlayError::Parse(_)) => {
            Err(CallError::from(error).wrap(format!("cannot parse template {quoted}")))
        }
        Err(error @ template::OverlayError::Exec(_)) => Err(CallError::from(error)
            .wrap(format!("error during tpl function execution for {quoted}"))),
    }
}

fn set(cx: &mut Context<'_>, args: &[Value]) -> Result {
    if let Value::Map(map) = &args[0] {
        cx.set(map, str(&args[1]).clone(), args[2].clone())?;
    }
    Ok(args[0].clone())
}

fn container(name: &str, args: &[Value]) -> Result {
    let nil = Value::Bool(args[0].is_nil());
    print("%s %v %v", &[Value::str(name), args[0].clone(), nil])
}

fn print(format: &str, args: &[Value]) -> Result {
    Ok(Value::str(sprintf(format.as_bytes(), args)))
}

fn list(list_type: ListType, items: &[Value]) -> Value {
    if items.is_empty() {
        return Value::List(List::nil(list_type));
    }
    Value::List(List::new(list_type, items.to_vec()))
}

fn pairs(args: &[Value], map_type: MapType) -> Map {
    let pairs = args.chunks_exact(2);
    let entries = pairs.map(|pair| (Str::from(sprint(&pair[..1])), pair[1].clone()));
    Map::from_entries(map_type, entries.collect())
}

fn str(value: &Value) -> &Str {
    if let Value::Str(text) = value { text } else { panic!("checked by the engine: {value:?}") }
}

fn int(value: &Value) -> i64 {
    if let Value::Int(number, _) = value { *number } else { panic!("not an int: {value:?}") }
}

#[derive(Debug)]
struct Pointer {
    name: Str,
}

impl Object for Pointer {
    fn type_name(&self) -> &'static str {
        "*main.Object"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Name", Value::Str(self.name.clone())), ("Count", Value::int(7)), ("Any", Value::Nil)]
    }

    fn methods(&self) -> &'static [Function] {
        const METHODS: &[Function] = &[
            fixed("Hello", &[Param::String], |_, args| {
                let name = &args[0].downcast::<Pointer>().expect("the receiver").name;
                print("hello %s from %s", &[args[1].clone(), Value::Str(name.clone())])
            }),
            fixed("Add", &[Param::Int, Param::Int], |_, args| {
                Ok(Value::int(7 + int(&args[1]) + int(&args[2])))
            }),
            fixed("Plain", &[], |_, _| Ok(Value::str("plain"))),
            fixed("Half", &[Param::Float64], |_, args| match args[1] {
                Value::Float(value, _) => Ok(Value::float(value / 2.0)),
                _ => Ok(Value::Nil),
            }),
            fixed("Fail", &[], |_, _| Err("method failed".into())),
            Function {
                name: "Join",
                params: &[Param::String],
                variadic: Some(Param::Any),
                call: |_, args| {
                    let text = String::from_utf8(sprint(&args[2..])).unwrap_or_default();
                    let text = text.trim_matches(|char| char == '[' || char == ']');
                    Ok(Value::str(format!("{text}{}", str(&args[1]))))
                },
            },
        ];
        METHODS
    }

    fn equals(&self, other: &dyn Object) -> bool {
        std::ptr::addr_eq(self, other)
    }
}

#[derive(Debug)]
struct Shown {
    text: Str,
    type_name: &'static str,
}

impl Object for Shown {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Text", Value::Str(self.text.clone()))]
    }

    fn text(&self) -> Option<Str> {
        Some(format!("<{}>", self.text).into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| other.text == self.text)
    }
}

#[derive(Debug)]
struct Callable;

impl Object for Callable {
    fn type_name(&self) -> &'static str {
        "func(string, ...int) string"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Func
    }

    fn equals(&self, _: &dyn Object) -> bool {
        false
    }

    fn callable(&self) -> Option<&'static Function> {
        const FUNCTION: &Function = &Function {
            name: "func",
            params: &[Param::String],
            variadic: Some(Param::Int),
            call: |_, args| {
                let numbers = Value::List(List::new(ListType::Int, args[1..].to_vec()));
                print("%s%v", &[args[0].clone(), numbers])
            },
        };
        Some(FUNCTION)
    }
}
