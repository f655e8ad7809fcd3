pub fn refuse(kind: &str) -> sync::SyncError {
    match kind {
        "full" => sync::error!("app-full"),
        "gone" => sync::error!("app-gone"),
        "room" => sync::error!("room-invalid"),
        "bad" => sync::error!("Bad Code"),
        _ => sync::error!("app-attribute-only"),
    }
}

#[cfg(test)]
mod tests {
    fn refuse() -> sync::SyncError {
        sync::error!("test-only")
    }
}
