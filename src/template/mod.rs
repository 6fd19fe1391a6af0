//! Go templates: data views, functions, refusals.
