//! The API server as HTTP sees it: method, path, query and body in; code, warnings and a JSON answer out.
//!
//! kubectl's commands and the steps call [`super::Request`] directly. This is the same request path behind the wire's words, so
//! that recorded exchanges with a real API server can be held against it. There is no socket.
//!
//! Deliberately not modelled: watch, paging, content negotiation, authentication.

mod body;
mod delete;
mod exchange;
mod list;
mod options;
mod route;
mod status;
mod subresource;

pub use exchange::{HttpRequest, HttpResponse, serve};
