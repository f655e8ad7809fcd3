/** A small app, in the form in which the generator writes it. */

export type Person = { userId: string; name: string };

/** The routes of the event lane that the tests call. */
export interface SyncTypeMap {
  'examples': {
    'updateCounter': {
      v1: {
        clientInput: { amount: number };
        serverOutput: { newValue: number };
        clientOutput: { mine: boolean };
        serverStream: { done: number };
        clientStream: { percent: number };
      };
      v2: {
        clientInput: { amount: number; note?: string | null };
        serverOutput: { newValue: number; note: string | null; by: Person };
        clientOutput: { mine: boolean };
        serverStream: never;
        clientStream: never;
      };
    };
  };
  'lobby': {
    'typing': {
      v1: {
        clientInput: { active?: boolean | null };
        serverOutput: Record<string, never>;
        clientOutput: Record<string, never>;
        serverStream: never;
        clientStream: never;
      };
    };
  };
  'root': {
    'ping': {
      v1: {
        clientInput: Record<string, never>;
        serverOutput: { at: string };
        clientOutput: Record<string, never>;
        serverStream: never;
        clientStream: never;
      };
    };
  };
  'test/nestedTest': {
    'room': {
      v1: {
        clientInput: { message: string };
        serverOutput: { message: string; from: Person };
        clientOutput: Record<string, never>;
        serverStream: never;
        clientStream: never;
      };
    };
  };
}

/** The routes of the request lane that the tests call. */
export interface ApiTypeMap {
  'games': {
    'count': {
      v1: {
        input: { open?: boolean | null };
        output: { games: number };
        stream: never;
      };
    };
    'find': {
      v1: {
        input: { id: string };
        output: { title: string };
        stream: { page: number };
      };
      v2: {
        input: { id: string; lang?: string | null };
        output: { title: string; by: Person };
        stream: never;
      };
    };
  };
  'root': {
    'now': {
      v1: {
        input: Record<string, never>;
        output: { at: string };
        stream: never;
      };
    };
  };
  'test/nestedTest': {
    'read': {
      v3: {
        input: { line: number } | { word: string };
        output: { text: string | null };
        stream: never;
      };
    };
  };
}

/** The states that the tests follow. */
export interface StateTypeMap {
  'board': {
    'notes': {
      v1: {
        view: { notes: { [key: string]: Note }; order: string[] };
        action: { put: { id: string; text: string } } | { remove: { id: string } } | 'clear';
        receiver: `board-${string}`;
      };
      v2: {
        view: { notes: { [key: string]: Note }; order: string[]; locked: boolean };
        action: { put: { id: string; text: string; color: string | null } } | 'lock';
        receiver: `board-${string}`;
      };
    };
  };
  'examples': {
    'counter': {
      v1: {
        view: { value: number; by: Person | null };
        action: { add: { amount: number } } | 'reset';
        receiver: `game-room-${string}`;
      };
    };
  };
  'root': {
    'news': {
      v1: {
        view: string | null;
        action: { tell: string } | 'forget';
        receiver: 'news';
      };
    };
  };
}

export type Note = { text: string };

/** The codes that the app can answer with. */
export type ErrorCode = "auth-required" | "counter-full" | "room-forbidden" | "sync-not-in-room";

/** Who is in rooms, and what they say of themselves. */
export interface PresenceTypes {
  user: Person;
  data: Mood;
  dataInput: MoodInput;
  rooms: `chat-${string}`;
}

export type Mood = { text: string; color: string | null };
export type MoodInput = { text: string; color?: string | null };
