/** What an application sees of a store: mutators, queries, and how things stand. */

import type { ErrorParams } from "../wire/answers";
import type { RouteAt, RouteName, RouteVersion } from "../sync/routes";

/** What the map says of one version of a mutation. */
export interface MutationTypes {
  readonly args: unknown;
}

/** What the map says of one entity. */
export interface EntityTypes {
  readonly data: unknown;
  /** The field with the key. */
  readonly key: string;
  /** The scopes that it lives in. */
  readonly scope: string;
}

/** What an entity map looks like: `createStore` refuses anything else. */
export type EntityMapOf<Entities> = { readonly [Name in keyof Entities]: EntityTypes };

/** The map of an app without entities. */
export type NoEntities = Readonly<Record<never, never>>;

/** The fields with the keys of those entities whose key is not called `id`. */
export type KeysOf<Entities> = {
  readonly [Name in keyof Entities as Entities[Name] extends { readonly key: "id" } ? never : Name]: Entities[Name] extends {
    readonly key: infer Key extends string;
  }
    ? Key
    : never;
};

/** An entity of a name. */
export type EntityOf<Entities, Name extends keyof Entities> = Entities[Name] extends { readonly data: infer Data } ? Data : never;

/** The arguments of one version of a mutation. */
export type ArgsOf<Mutations, Name extends RouteName<Mutations>, Version extends RouteVersion<Mutations, Name>> =
  RouteAt<Mutations, Name, Version> extends { readonly args: infer Args } ? Args : never;

/** The scopes that a mutation can change. */
export type ScopeOf<Mutations, Name extends RouteName<Mutations>, Version extends RouteVersion<Mutations, Name>> =
  RouteAt<Mutations, Name, Version> extends { readonly scope: infer Scope extends string } ? Scope : string;

/** The scopes that an entity lives in. */
export type ScopeOfEntity<Entities, Name extends keyof Entities> =
  Entities[Name] extends { readonly scope: infer Scope extends string } ? Scope : string;

/**
 * The data of one scope as it is shown here, for a mutator that guesses what the server will do. What a mutator throws takes back what it has
 * guessed, and nothing else.
 */
export interface MutatorTx<Entities> {
  /** The name of the scope. */
  readonly scope: string;
  /** One as it is now: a copy, of which nothing is kept that is not written. */
  readonly get: <Name extends keyof Entities & string>(entity: Name, id: string) => EntityOf<Entities, Name> | undefined;
  /** All of a kind, by key, to be read and not to be changed. */
  readonly list: <Name extends keyof Entities & string>(entity: Name) => readonly Readonly<EntityOf<Entities, Name>>[];
  /** Adds one; throws where there is one with its key. */
  readonly create: <Name extends keyof Entities & string>(entity: Name, data: EntityOf<Entities, Name>) => void;
  /** Adds one, or writes it in the place of the one with its key. */
  readonly put: <Name extends keyof Entities & string>(entity: Name, data: EntityOf<Entities, Name>) => void;
  /** Changes some fields of one, or makes another of a copy of it; returns whether there is one. */
  readonly update: <Name extends keyof Entities & string>(
    entity: Name,
    id: string,
    change: Partial<EntityOf<Entities, Name>> | ((before: EntityOf<Entities, Name>) => EntityOf<Entities, Name>),
  ) => boolean;
  /** Deletes one; returns whether there was one. */
  readonly delete: (entity: keyof Entities & string, id: string) => boolean;
}

/** What mutations are guessed to do, by name and version; one that is not here shows when the server has applied it. */
export type Mutators<Mutations, Entities> = {
  readonly [Name in RouteName<Mutations>]?: {
    readonly [Version in RouteVersion<Mutations, Name>]?: (
      tx: MutatorTx<Entities>,
      args: ArgsOf<Mutations, Name, Version>,
    ) => void;
  };
};

/** What came of a mutation. */
export type Settled<Code extends string = string> =
  | {
      readonly status: "success";
      /** Up to where the scope has to be read for it to show, or further; 0 where nothing is known of that any more. */
      readonly cursor: number;
    }
  | {
      readonly status: "error";
      readonly errorCode: Code;
      readonly errorParams: ErrorParams;
      /** A sentence in the reader's language. */
      readonly message: string;
    };

/** A mutation that was asked for. */
export interface Mutated<Code extends string = string> {
  /** Its name: it happens once, however often it is sent. */
  readonly id: string;
  /** What came of it, when that is known; it may take until there is a connection. */
  readonly settled: Promise<Settled<Code>>;
}

/** A mutation that the server, or the app, has refused. */
export interface RejectedMutation {
  readonly id: string;
  /** `<page>/<name>`. */
  readonly name: string;
  readonly version: string;
  readonly scope: string;
  readonly args: unknown;
  readonly errorCode: string;
  readonly errorParams: ErrorParams;
  /** A sentence in the reader's language. */
  readonly message: string;
}

/** How a scope stands. The same object is handed out until something changes. */
export interface ScopeStatus {
  /** What has been read up to. */
  readonly cursor: number;
  /** How many mutations wait for the server. */
  readonly pending: number;
  /** Those that were refused, oldest first, until they are dismissed. */
  readonly rejected: readonly RejectedMutation[];
  /**
   * `offline`: what was so last, without a connection. `syncing`: it is on its way. `live`: it is what the server has, and stays so.
   * `error`: it cannot be had, for the reason in `error`.
   */
  readonly status: "offline" | "syncing" | "live" | "error";
  readonly error: { readonly errorCode: string; readonly message: string } | null;
}

/** Which entities, and in which order. */
export interface Query<Data, Scope extends string = string> {
  readonly scope: Scope;
  /** Which ones; all where it is left out. */
  readonly where?: ((entity: Data) => boolean) | undefined;
  /** In which order: by a field, or as a function of two says; by key where it is left out, and among equals. */
  readonly orderBy?: (keyof Data & string) | ((left: Data, right: Data) => number) | undefined;
}

/** Something that changes, in the form that React's `useSyncExternalStore` takes. */
export interface Live<Value> {
  /** What it is; the same object as long as nothing changed. */
  readonly get: () => Value;
  /** Calls `changed` after each change; returns its own undo. */
  readonly subscribe: (changed: () => void) => () => void;
}

/** What a browser does not keep, and why. */
export type Dropped =
  /** What it had kept could not be read any more: mutations that waited are lost, and nobody knows which ones. */
  | { readonly reason: "damaged"; readonly error: unknown }
  /** It keeps nothing from now on, as in a private window or where there is no room left: the mutations that wait, so many by now, live as long as the page. */
  | { readonly reason: "not-kept"; readonly waiting: number; readonly error: unknown };

/** The data of scopes, here and on the server. Every function can be taken out of the object and called alone. */
export interface SyncStore<Mutations, Entities, Code extends string = string> {
  /**
   * Asks for a mutation. What its mutator guesses shows at once; it is kept by the browser, sent when there is a connection, and applied once.
   */
  readonly mutate: <Name extends RouteName<Mutations>, Version extends RouteVersion<Mutations, Name>>(
    name: Name,
    version: Version,
    scope: ScopeOf<Mutations, Name, Version>,
    args: ArgsOf<Mutations, Name, Version>,
    options?: MutateOptions,
  ) => Mutated<Code>;
  /** Entities of a kind; the scope is read for as long as somebody subscribes. */
  readonly entities: <Name extends keyof Entities & string>(
    entity: Name,
    query: Query<EntityOf<Entities, Name>, ScopeOfEntity<Entities, Name>>,
  ) => Live<readonly EntityOf<Entities, Name>[]>;
  /** One entity; undefined where there is none. */
  readonly entity: <Name extends keyof Entities & string>(
    entity: Name,
    id: string,
    scope: ScopeOfEntity<Entities, Name>,
  ) => Live<EntityOf<Entities, Name> | undefined>;
  /** The keys of those entities of a kind that mutations have changed which wait for the server. */
  readonly pending: <Name extends keyof Entities & string>(
    entity: Name,
    scope: ScopeOfEntity<Entities, Name>,
  ) => Live<ReadonlySet<string>>;
  /** How a scope stands. */
  readonly status: (scope: string) => Live<ScopeStatus>;
  /** Forgets a mutation that was refused. */
  readonly dismiss: (id: string) => void;
  /** Calls back where mutations that waited are lost, or may be; returns its own undo. */
  readonly onDrop: (callback: (dropped: Dropped) => void) => () => void;
  /** Ends it: nothing is sent any more. What waits is kept for the next one. */
  readonly close: () => void;
}

/** How a mutation is asked for. */
export interface MutateOptions {
  /** `"success"`: it is refused where the mutation before it was. */
  readonly after?: "success" | undefined;
}
