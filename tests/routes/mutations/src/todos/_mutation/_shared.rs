pub struct Shared;
