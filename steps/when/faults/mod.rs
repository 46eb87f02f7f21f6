//! What goes wrong. Each fault takes ` for {duration}`, after which it heals by itself; else `… recovers` ends it. One that
//! finds no target fails its step; one that has changed nothing by the end of the scenario fails that.

mod control_plane;
mod images;
mod nodes;
mod pods;
mod storage;
mod volumes;
mod webhooks;
