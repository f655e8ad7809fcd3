import { describe, expect, it } from "vitest";
import type { Peer, PeerOptions } from "./peer.ts";
import { setStage } from "./stage.ts";

const stage = setStage();

const LANGUAGES = ["en", "nl", "de", "fr"] as const;
type Sentences = Readonly<Record<(typeof LANGUAGES)[number], string>>;

interface Case {
  readonly claim: string;
  readonly call: (peer: Peer, room: string) => Promise<unknown>;
  readonly errorCode: string;
  readonly errorParams?: object;
  readonly httpStatus: number;
  readonly sentences: Sentences;
}

const fail = (kind: string) => (peer: Peer, room: string) => peer.sync("examples/fail/v1", room, { kind });

const CASES: readonly Case[] = [
  {
    claim: "a refusal of the app's own, with parameters",
    call: fail("app"),
    errorCode: "example-refused",
    errorParams: { kind: "app" },
    httpStatus: 400,
    sentences: {
      en: "The example refused to do “app”.",
      nl: "Het voorbeeld weigerde “app” te doen.",
      de: "Das Beispiel wollte „app“ nicht tun.",
      fr: "L’exemple a refusé de faire « app ».",
    },
  },
  {
    claim: "a status of the app's own",
    call: fail("conflict"),
    errorCode: "example-conflict",
    httpStatus: 409,
    sentences: {
      en: "Somebody else was faster.",
      nl: "Iemand anders was sneller.",
      de: "Jemand anderes war schneller.",
      fr: "Quelqu’un d’autre a été plus rapide.",
    },
  },
  {
    claim: "a handler that takes longer than its route allows",
    call: fail("slow"),
    errorCode: "sync-timeout",
    httpStatus: 504,
    sentences: {
      en: "This took too long and was stopped.",
      nl: "Dit duurde te lang en is gestopt.",
      de: "Das hat zu lange gedauert und wurde beendet.",
      fr: "Cela a pris trop de temps et a été arrêté.",
    },
  },
  {
    claim: "a handler that panics",
    call: fail("panic"),
    errorCode: "sync-server-failed",
    httpStatus: 500,
    sentences: {
      en: "Something went wrong on our side.",
      nl: "Er ging bij ons iets mis.",
      de: "Bei uns ist etwas schiefgegangen.",
      fr: "Une erreur s’est produite de notre côté.",
    },
  },
  {
    claim: "an input outside a rule",
    call: (peer, room) => peer.sync("examples/updateCounter/v1", room, { amount: 101 }),
    errorCode: "sync-invalid-input",
    errorParams: { path: "amount", reason: "range" },
    httpStatus: 400,
    sentences: {
      en: "“amount” is outside the allowed range.",
      nl: "“amount” ligt buiten het toegestane bereik.",
      de: "„amount“ liegt außerhalb des erlaubten Bereichs.",
      fr: "« amount » est hors des limites permises.",
    },
  },
  {
    claim: "a room that the caller is not in",
    call: (peer) => peer.sync("examples/updateCounter/v1", "game-room-elsewhere", { amount: 1 }),
    errorCode: "sync-not-in-room",
    httpStatus: 403,
    sentences: {
      en: "You are not in this room.",
      nl: "Je bent niet in deze ruimte.",
      de: "Du bist nicht in diesem Raum.",
      fr: "Vous n’êtes pas dans ce salon.",
    },
  },
  {
    claim: "a room that no rule opens",
    call: (peer) => peer.call("joinRoom", { room: "secret" }),
    errorCode: "room-forbidden",
    httpStatus: 403,
    sentences: {
      en: "You may not enter this room.",
      nl: "Je mag deze ruimte niet betreden.",
      de: "Du darfst diesen Raum nicht betreten.",
      fr: "Vous n’avez pas accès à ce salon.",
    },
  },
  {
    claim: "a route that does not exist",
    call: (peer, room) => peer.sync("examples/nothing/v1", room, {}),
    errorCode: "sync-not-found",
    httpStatus: 404,
    sentences: {
      en: "This function does not exist.",
      nl: "Deze functie bestaat niet.",
      de: "Diese Funktion gibt es nicht.",
      fr: "Cette fonction n’existe pas.",
    },
  },
  {
    claim: "a message of another form",
    call: (peer) => peer.call("sync", 5),
    errorCode: "sync-bad-request",
    httpStatus: 400,
    sentences: {
      en: "This message is not of the expected form: it must be a JSON object.",
      nl: "Dit bericht heeft niet de verwachte vorm: het moet een JSON-object zijn.",
      de: "Diese Nachricht hat nicht die erwartete Form: sie muss ein JSON-Objekt sein.",
      fr: "Ce message n’a pas la forme attendue : il doit être un objet JSON.",
    },
  },
];

describe("an error envelope", () => {
  it.each(CASES)("for $claim speaks the language of the reader", async ({ call, errorCode, errorParams = {}, httpStatus, sentences }) => {
    const check = async (lang: keyof Sentences, options: PeerOptions) => {
      const [peer, room] = [await stage.person("Ada", options), stage.room()];
      await peer.join(room);
      const envelope = { status: "error", errorCode, errorParams, message: sentences[lang], httpStatus };
      expect(await call(peer, room)).toEqual(envelope);
    };
    const inHandshake = LANGUAGES.map((lang) => check(lang, { lang }));
    // The session decides, whatever the handshake says.
    const inSession = check("nl", { token: await stage.signIn("Ada", "nl"), lang: "fr" });
    await Promise.all([...inHandshake, inSession]);
  });
});

describe("the language of a sentence", () => {
  it.each([
    [{ lang: "nl-BE" }, "Je mag"],
    [{ lang: "fr-CA,de;q=0.9" }, "Vous n’avez"],
    [{ lang: "xx, de" }, "Du darfst"],
    [{ lang: "xx" }, "You may"],
    [{ lang: "" }, "You may"],
    [{ lang: "de", headers: { "Accept-Language": "nl" } }, "Du darfst"],
    [{ headers: { "Accept-Language": "nl" } }, "Je mag"],
    [{ headers: { "Accept-Language": "xx;q=1, fr;q=0.8, de;q=0.9" } }, "Du darfst"],
    [{}, "You may"],
  ])("for a handshake with %j begins with %j", async (options, begin) => {
    const ada = await stage.person("Ada", options);
    const { message } = await ada.call("joinRoom", { room: "secret" });
    expect(message).toMatch(new RegExp(`^${begin}`));
  });

  it("changes with the session while its sockets stay", async () => {
    const token = await stage.signIn("Ada");
    const ada = await stage.guest({ token, lang: "de" });
    const choose = (locale: string | null) =>
      stage.fetch("/auth/session", { method: "PATCH", headers: { Authorization: `Bearer ${token}` }, body: { locale } });
    const told = async () => (await ada.call("joinRoom", { room: "secret" })).message;
    expect(await told()).toMatch(/^Du darfst/);
    await choose("fr");
    expect(await told()).toMatch(/^Vous n’avez/);
    await choose(null);
    expect(await told()).toMatch(/^Du darfst/);
  });

  it("is English for a guest who says nothing", async () => {
    const guest = await stage.guest();
    expect(await guest.call("joinRoom", { room: "game-room-1" })).toEqual({
      status: "error",
      errorCode: "auth-required",
      errorParams: {},
      message: "Please sign in first.",
      httpStatus: 401,
    });
  });
});

describe("where several errors apply", () => {
  it("the stage that comes first decides", async () => {
    const guest = await stage.guest();
    const ada = await stage.person("Ada");
    const code = async (answer: Promise<{ readonly errorCode?: unknown }>) => (await answer).errorCode;
    const wrong = { amount: "much" };
    // Route, login, membership, input.
    expect(await code(guest.sync("no/route/v1", "game-room-0", wrong))).toBe("sync-not-found");
    expect(await code(guest.sync("examples/updateCounter/v1", "game-room-0", wrong))).toBe("auth-required");
    expect(await code(guest.sync("examples/fail/v1", "game-room-0", wrong))).toBe("sync-not-in-room");
    expect(await code(ada.sync("examples/updateCounter/v1", "game-room-0", wrong))).toBe("sync-not-in-room");
    await ada.join("game-room-0");
    expect(await code(ada.sync("examples/updateCounter/v1", "game-room-0", wrong))).toBe("sync-invalid-input");
  });
});
