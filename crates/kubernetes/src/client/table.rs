//! Objects as the server prints them for people: its `Table`s, which `kubectl get` shows.
//!
//! A server that knows no tables answers with the object itself.

use serde_json::Value;

use super::{Client, with_query};
use crate::error::Error;
use crate::object::ObjectRef;
use crate::options::ListOptions;
use crate::transport::{Ask, Retry};

const AS_TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

impl Client {
    /// One object as a table of one row; none if it is not there.
    pub async fn table(&self, object: &ObjectRef) -> Result<Option<Value>, Error> {
        match self.ask_table(&self.path_of(object).await?, vec![]).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects of a kind that the options select, as one table.
    pub async fn table_of(
        &self,
        api_version: &str,
        kind: &str,
        options: &ListOptions,
    ) -> Result<Value, Error> {
        let resource = self.resource(api_version, kind).await?;
        let path = resource.path(options.namespace.as_deref(), None);
        let labels = options.labels.clone().map(|labels| ("labelSelector", labels));
        let fields = options.fields.clone().map(|fields| ("fieldSelector", fields));
        self.ask_table(&path, labels.into_iter().chain(fields).collect()).await
    }

    async fn ask_table(
        &self,
        path: &str,
        mut query: Vec<(&'static str, String)>,
    ) -> Result<Value, Error> {
        query.push(("includeObject", "None".to_owned()));
        let ask = Ask { accept: AS_TABLE, ..Ask::get(with_query(path, &query)) };
        self.inner.transport.json(&ask, Retry::Bounded).await
    }
}
