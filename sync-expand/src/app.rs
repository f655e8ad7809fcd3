//! `sync::app!`: connects the routes with the app.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Path, Token};

struct AppInput {
    routes: Path,
    app: Path,
}

impl Parse for AppInput {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let help = "help: write `sync::app!(routes, app::App);` with the module of the routes and the type of the app";
        let explain = |error: syn::Error| syn::Error::new(error.span(), format!("{error}\n{help}"));
        let routes = input.parse().map_err(explain)?;
        input.parse::<Token![,]>().map_err(explain)?;
        let app: Path = input.parse().map_err(explain)?;
        input.parse::<Option<Token![,]>>()?;
        if app.segments.len() < 2 {
            return Err(explain(syn::Error::new_spanned(
                app,
                "the app stands in a module of its own, beside `server()`",
            )));
        }
        Ok(Self { routes, app })
    }
}

/// Expands `sync::app!(routes, app::App)`; mistakes are `compile_error!`s inside the result.
#[must_use]
pub fn expand(input: TokenStream) -> TokenStream {
    let AppInput { routes, app } = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut server = app.clone();
    if let Some(last) = server.segments.last_mut() {
        last.ident = proc_macro2::Ident::new("server", last.ident.span());
    }
    // What the scanner found out and no attribute in the file can tell.
    let scanned = sync_syntax::problems::for_app();
    let errors = scanned
        .into_iter()
        .map(|message| syn::Error::new(proc_macro2::Span::call_site(), message).into_compile_error());
    quote! {
        #(#errors)*

        /// The app whose handlers these are.
        pub type SyncApp = #app;
        /// The caller of a route, as its server handler sees it.
        pub type Ctx<'a> = ::sync::Ctx<'a, SyncApp>;
        /// One member of the room, as a filter sees it.
        pub type Member<'a> = ::sync::Member<'a, SyncApp>;
        /// The caller of `joinRoom`, as the rule of a room sees it.
        pub type RoomCtx<'a> = ::sync::RoomCtx<'a, SyncApp>;
        /// Which value of a state it is: that of one room.
        pub type StateKey<'a> = ::sync::StateKey<'a, SyncApp>;
        /// Who may call a route or enter a room.
        pub type Auth = ::sync::Auth<SyncApp>;

        /// Runs the server until SIGINT or SIGTERM, with the configuration of `sync.toml` and the `SYNC_…` variables.
        pub fn serve() -> ::std::process::ExitCode {
            ::sync::__private::serve(#server(), &#routes::TABLE)
        }

        /// Starts the server with this configuration, inside a tokio runtime.
        ///
        /// # Errors
        ///
        /// Says why it could not start.
        pub async fn start(config: ::sync::Config) -> ::core::result::Result<::sync::Running<SyncApp>, ::sync::StartError> {
            #server().start(&#routes::TABLE, config).await
        }

        ::sync::__if_testing! {
            /// The app as a test starts it.
            #[must_use]
            pub fn test() -> ::sync::testing::TestBuilder<SyncApp> {
                ::sync::testing::TestBuilder::new(#server(), &#routes::TABLE)
            }
        }

        /// Describes the routes, their types and the error codes for the front end.
        #[must_use]
        pub fn export_types() -> ::sync::__private::Api {
            ::sync::__private::describe(&#routes::TABLE)
        }
    }
}
