/**
 * The types of an app's routes, looked up in the map that the generator writes.
 *
 * `Map` is a map of `apiTypes.generated.ts`, such as `SyncTypeMap`: `Map[page][name][version]`. Calls name a route as `<page>/<name>`,
 * where a page may hold slashes of its own and a name never does, so the last slash is the one that counts.
 */

/** What the map says of one version of a route. */
export interface RouteTypes {
  readonly clientInput: unknown;
  readonly serverOutput: unknown;
  readonly clientOutput: unknown;
  readonly serverStream: unknown;
  readonly clientStream: unknown;
}

/** Where a route can be sent: to rooms of its kind, `` `chess-${string}` ``, or to everybody, `"all"`, if it says so; otherwise to any room. */
export type ReceiverOf<Map, Name extends string, Version extends string> =
  RouteAt<Map, Name, Version> extends { readonly receiver: infer Room extends string } ? Room : string;

/** What the map says of one version of a route of the request lane. */
export interface ApiTypes {
  readonly input: unknown;
  readonly output: unknown;
  readonly stream: unknown;
}

/** What the map says of one version of a state. */
export interface StateTypes {
  readonly view: unknown;
  readonly action: unknown;
}

/** The map of an app without routes of a lane. */
export type NoRoutes = Readonly<Record<never, never>>;

/** What a type map looks like whose versions have these types: `createSync` refuses anything else. */
export type TypeMapOf<Map, Types = RouteTypes> = {
  readonly [Page in keyof Map]: {
    readonly [Name in keyof Map[Page]]: { readonly [Version in keyof Map[Page][Name]]: Types };
  };
};

/** All routes of the app, as calls name them: `"examples/updateCounter" | "test/nestedTest/room" | …`. */
export type RouteName<Map> = {
  [Page in keyof Map & string]: `${Page}/${keyof Map[Page] & string}`;
}[keyof Map & string];

/** The page of a route: all before the last slash. */
export type PageOf<Name extends string> = Name extends `${infer Head}/${infer Rest}`
  ? Rest extends `${string}/${string}`
    ? `${Head}/${PageOf<Rest>}`
    : Head
  : never;

/** The name of a route within its page: all behind the last slash. */
export type NameInPage<Name extends string> = Name extends `${string}/${infer Rest}` ? NameInPage<Rest> : Name;

/** All versions of the route `Name`. */
export type RouteVersions<Map, Name extends string> = Name extends string
  ? PageOf<Name> extends infer Page extends keyof Map
    ? NameInPage<Name> extends infer Local extends keyof Map[Page]
      ? Map[Page][Local]
      : never
    : never
  : never;

/** The versions of the route `Name` that can be called: `"v1" | "v2"`. */
export type RouteVersion<Map, Name extends string> = Name extends string
  ? keyof RouteVersions<Map, Name> & string
  : never;

/** The types of one version of one route. */
export type RouteAt<Map, Name extends string, Version extends string> = Name extends string
  ? RouteVersions<Map, Name> extends infer Versions
    ? Version extends keyof Versions
      ? Versions[Version]
      : never
    : never
  : never;

/** One of the types of a route, such as its `serverOutput`. */
export type TypeOf<
  Map,
  Name extends string,
  Version extends string,
  Field extends keyof RouteTypes | keyof ApiTypes | keyof StateTypes,
> =
  RouteAt<Map, Name, Version> extends infer Types ? (Field extends keyof Types ? Types[Field] : never) : never;
