import { StrictMode as e, createContext as t, createElement as n, memo as r, useCallback as i, useContext as a, useEffect as o, useId as s, useInsertionEffect as c, useMemo as l, useRef as u, useState as d, useSyncExternalStore as f } from "react";
import { createRoot as p } from "react-dom/client";
import { Fragment as m, jsx as h, jsxs as g } from "react/jsx-runtime";
import { generateKeyBetween as _ } from "fractional-indexing";
// \0rolldown/runtime.js
var v = Object.defineProperty, y = (e, t) => {
	let n = {};
	for (var r in e) v(n, r, {
		get: e[r],
		enumerable: !0
	});
	return t || v(n, Symbol.toStringTag, { value: "Module" }), n;
};
// ../../client-ts/dist/syncEvents-_QImgGxR.js
function b(e) {
	return {
		ok: !0,
		value: e
	};
}
function x(e) {
	return {
		ok: !1,
		problem: e
	};
}
function S(e) {
	return typeof e == "object" && !!e && !Array.isArray(e);
}
function ee(e) {
	return Array.isArray(e) && e.every((e) => typeof e == "string");
}
function C(e) {
	if (!Array.isArray(e)) return x("`patch` is not an array");
	let t = [];
	for (let n of e) {
		if (!S(n)) return x("an operation is not an object");
		let { op: e, path: r, from: i } = n;
		if (typeof r != "string" || !r.startsWith("/")) return x("`path` of an operation is none");
		if (e === "remove") t.push({
			op: e,
			path: r
		});
		else if ((e === "add" || e === "replace") && "value" in n) t.push({
			op: e,
			path: r,
			value: n.value
		});
		else if (e === "move" && typeof i == "string" && i.startsWith("/")) t.push({
			op: e,
			from: i,
			path: r
		});
		else return x("an operation is none of `add`, `remove`, `replace`, `move`");
	}
	return b(t);
}
function te(e, t) {
	let n = new ne(e);
	return t.every((e) => n.apply(e)) ? {
		fits: !0,
		value: n.value
	} : { fits: !1 };
}
var ne = class {
	value;
	#e = /* @__PURE__ */ new Set();
	constructor(e) {
		this.value = e;
	}
	apply(e) {
		let t = se(e.path);
		switch (e.op) {
			case "add": return this.#t(t, e.value);
			case "replace": return this.#n(t, e.value);
			case "remove": return this.#r(t);
			case "move": {
				let n = this.#a(se(e.from));
				return n === null || e.path.startsWith(`${e.from}/`) ? !1 : this.#r(se(e.from)) && this.#t(t, n.value);
			}
		}
	}
	#t(e, t) {
		let n = e.at(-1), r = this.#o(e);
		if (r === null || n === void 0) return !1;
		if (!Array.isArray(r)) return Object.hasOwn(r, n) ? this.#n(e, t) : this.#i(e, n, t);
		let i = n === "-" ? r.length : ae(n);
		return i === null || i > r.length ? !1 : (this.#s(e).splice(i, 0, t), !0);
	}
	#n(e, t) {
		let n = e.at(-1), r = this.#a(e);
		if (r === null || n === void 0) return !1;
		let i = w(r.value, t);
		return Object.is(i, r.value) || this.#i(e, n, i);
	}
	#r(e) {
		let t = e.at(-1);
		if (this.#a(e) === null || t === void 0) return !1;
		let n = this.#s(e);
		return Array.isArray(n) ? n.splice(Number(t), 1) : delete n[t], !0;
	}
	#i(e, t, n) {
		return oe(this.#s(e), t, n), !0;
	}
	#a(e) {
		let t = this.value;
		for (let n of e) {
			if (!re(t) || !ie(t, n)) return null;
			t = t[n];
		}
		return { value: t };
	}
	#o(e) {
		let t = this.#a(e.slice(0, -1));
		return t !== null && re(t.value) ? t.value : null;
	}
	#s(e) {
		let t = this.value = this.#c(this.value);
		for (let n of e.slice(0, -1)) {
			let e = this.#c(t[n] ?? {});
			oe(t, n, e), t = e;
		}
		return t;
	}
	#c(e) {
		if (this.#e.has(e)) return e;
		let t = Array.isArray(e) ? [...e] : { ...e };
		return this.#e.add(t), t;
	}
};
function re(e) {
	return typeof e == "object" && !!e;
}
function ie(e, t) {
	return Array.isArray(e) ? (ae(t) ?? Infinity) < e.length : Object.hasOwn(e, t);
}
function ae(e) {
	return /^(0|[1-9]\d*)$/.test(e) ? Number(e) : null;
}
function oe(e, t, n) {
	t === "__proto__" ? Object.defineProperty(e, t, {
		value: n,
		writable: !0,
		enumerable: !0,
		configurable: !0
	}) : e[t] = n;
}
function se(e) {
	return e.split("/").slice(1).map((e) => e.replaceAll("~1", "/").replaceAll("~0", "~"));
}
var ce = 500;
function w(e, t) {
	return le(e, t, ce);
}
function le(e, t, n) {
	return Object.is(e, t) || n === 0 ? t : Array.isArray(e) && Array.isArray(t) ? ue(e, t, n) : fe(e) && fe(t) ? de(e, t, n) : t;
}
function ue(e, t, n) {
	let r = t.map((t, r) => le(e[r], t, n - 1));
	return r.length === e.length && r.every((t, n) => Object.is(t, e[n])) ? e : r;
}
function de(e, t, n) {
	let r = Object.keys(t), i = {}, a = r.length === Object.keys(e).length;
	for (let o of r) {
		let r = Object.hasOwn(e, o), s = r ? le(e[o], t[o], n - 1) : t[o];
		a &&= r && Object.is(s, e[o]), oe(i, o, s);
	}
	return a ? e : i;
}
function fe(e) {
	return S(e) && (Object.getPrototypeOf(e) === Object.prototype || Object.getPrototypeOf(e) === null);
}
function pe({ callback: e, onStream: t, onError: n }) {
	return {
		callback: e,
		onStream: t ?? me,
		onError: n ?? me
	};
}
function me() {}
var he = class {
	#e;
	#t = /* @__PURE__ */ new Map();
	receives = { sync: (e) => this.#n(e) };
	constructor(e) {
		this.#e = e;
	}
	on(e, t) {
		let n = { ...t }, r = this.#t.get(e) ?? /* @__PURE__ */ new Set();
		return this.#t.set(e, r.add(n)), () => {
			r.delete(n), r.size === 0 && this.#t.get(e) === r && this.#t.delete(e);
		};
	}
	#n(e) {
		let t = this.#t.get(e.cb);
		if (t !== void 0) {
			for (let n of [...t]) if (t.has(n)) try {
				ge(n, e);
			} catch (t) {
				this.#e({
					kind: "callback-failed",
					route: e.cb,
					error: t
				});
			}
		}
	}
};
function ge({ callback: e, onStream: t, onError: n }, r) {
	switch (r.status) {
		case "success": {
			let { serverOutput: t, clientOutput: n, room: i, pos: a } = r;
			return e({
				serverOutput: t,
				clientOutput: n,
				room: i,
				pos: a
			});
		}
		case "error": {
			let { errorCode: e, errorParams: t, message: i, room: a, pos: o } = r;
			return n({
				errorCode: e,
				errorParams: t,
				message: i,
				room: a,
				pos: o
			});
		}
		case "stream": return t(r.stream, r.room);
	}
}
// ../../node_modules/engine.io-parser/build/esm/commons.js
var T = Object.create(null);
T.open = "0", T.close = "1", T.ping = "2", T.pong = "3", T.message = "4", T.upgrade = "5", T.noop = "6";
var _e = Object.create(null);
Object.keys(T).forEach((e) => {
	_e[T[e]] = e;
});
var ve = {
	type: "error",
	data: "parser error"
}, ye = typeof Blob == "function" || typeof Blob < "u" && Object.prototype.toString.call(Blob) === "[object BlobConstructor]", be = typeof ArrayBuffer == "function", xe = (e) => typeof ArrayBuffer.isView == "function" ? ArrayBuffer.isView(e) : e && e.buffer instanceof ArrayBuffer, Se = ({ type: e, data: t }, n, r) => ye && t instanceof Blob ? n ? r(t) : Ce(t, r) : be && (t instanceof ArrayBuffer || xe(t)) ? n ? r(t) : Ce(new Blob([t]), r) : r(T[e] + (t || "")), Ce = (e, t) => {
	let n = new FileReader();
	return n.onload = function() {
		let e = n.result.split(",")[1];
		t("b" + (e || ""));
	}, n.readAsDataURL(e);
};
function we(e) {
	return e instanceof Uint8Array ? e : e instanceof ArrayBuffer ? new Uint8Array(e) : new Uint8Array(e.buffer, e.byteOffset, e.byteLength);
}
var Te;
function Ee(e, t) {
	if (ye && e.data instanceof Blob) return e.data.arrayBuffer().then(we).then(t);
	if (be && (e.data instanceof ArrayBuffer || xe(e.data))) return t(we(e.data));
	Se(e, !1, (e) => {
		Te ||= new TextEncoder(), t(Te.encode(e));
	});
}
// ../../node_modules/engine.io-parser/build/esm/contrib/base64-arraybuffer.js
var De = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", Oe = typeof Uint8Array > "u" ? [] : /* @__PURE__ */ new Uint8Array(256);
for (let e = 0; e < 64; e++) Oe[De.charCodeAt(e)] = e;
var ke = (e) => {
	let t = e.length * .75, n = e.length, r, i = 0, a, o, s, c;
	e[e.length - 1] === "=" && (t--, e[e.length - 2] === "=" && t--);
	let l = new ArrayBuffer(t), u = new Uint8Array(l);
	for (r = 0; r < n; r += 4) a = Oe[e.charCodeAt(r)], o = Oe[e.charCodeAt(r + 1)], s = Oe[e.charCodeAt(r + 2)], c = Oe[e.charCodeAt(r + 3)], u[i++] = a << 2 | o >> 4, u[i++] = (o & 15) << 4 | s >> 2, u[i++] = (s & 3) << 6 | c & 63;
	return l;
}, Ae = typeof ArrayBuffer == "function", je = (e, t) => {
	if (typeof e != "string") return {
		type: "message",
		data: Ne(e, t)
	};
	let n = e.charAt(0);
	return n === "b" ? {
		type: "message",
		data: Me(e.substring(1), t)
	} : _e[n] ? e.length > 1 ? {
		type: _e[n],
		data: e.substring(1)
	} : { type: _e[n] } : ve;
}, Me = (e, t) => Ae ? Ne(ke(e), t) : {
	base64: !0,
	data: e
}, Ne = (e, t) => {
	switch (t) {
		case "blob": return e instanceof Blob ? e : new Blob([e]);
		default: return e instanceof ArrayBuffer ? e : e.buffer;
	}
}, Pe = "", Fe = (e, t) => {
	let n = e.length, r = Array(n), i = 0;
	e.forEach((e, a) => {
		Se(e, !1, (e) => {
			r[a] = e, ++i === n && t(r.join(Pe));
		});
	});
}, Ie = (e, t) => {
	let n = e.split(Pe), r = [];
	for (let e = 0; e < n.length; e++) {
		let i = je(n[e], t);
		if (r.push(i), i.type === "error") break;
	}
	return r;
};
function Le() {
	return new TransformStream({ transform(e, t) {
		Ee(e, (n) => {
			let r = n.length, i;
			if (r < 126) i = /* @__PURE__ */ new Uint8Array(1), new DataView(i.buffer).setUint8(0, r);
			else if (r < 65536) {
				i = /* @__PURE__ */ new Uint8Array(3);
				let e = new DataView(i.buffer);
				e.setUint8(0, 126), e.setUint16(1, r);
			} else {
				i = /* @__PURE__ */ new Uint8Array(9);
				let e = new DataView(i.buffer);
				e.setUint8(0, 127), e.setBigUint64(1, BigInt(r));
			}
			e.data && typeof e.data != "string" && (i[0] |= 128), t.enqueue(i), t.enqueue(n);
		});
	} });
}
var Re;
function ze(e) {
	return e.reduce((e, t) => e + t.length, 0);
}
function Be(e, t) {
	if (e[0].length === t) return e.shift();
	let n = new Uint8Array(t), r = 0;
	for (let i = 0; i < t; i++) n[i] = e[0][r++], r === e[0].length && (e.shift(), r = 0);
	return e.length && r < e[0].length && (e[0] = e[0].slice(r)), n;
}
function Ve(e, t) {
	Re ||= new TextDecoder();
	let n = [], r = 0, i = -1, a = !1;
	return new TransformStream({ transform(o, s) {
		for (n.push(o);;) {
			if (r === 0) {
				if (ze(n) < 1) break;
				let e = Be(n, 1);
				a = (e[0] & 128) == 128, i = e[0] & 127, r = i < 126 ? 3 : i === 126 ? 1 : 2;
			} else if (r === 1) {
				if (ze(n) < 2) break;
				let e = Be(n, 2);
				i = new DataView(e.buffer, e.byteOffset, e.length).getUint16(0), r = 3;
			} else if (r === 2) {
				if (ze(n) < 8) break;
				let e = Be(n, 8), t = new DataView(e.buffer, e.byteOffset, e.length), a = t.getUint32(0);
				if (a > 2 ** 21 - 1) {
					s.enqueue(ve);
					break;
				}
				i = a * 2 ** 32 + t.getUint32(4), r = 3;
			} else {
				if (ze(n) < i) break;
				let e = Be(n, i);
				s.enqueue(je(a ? e : Re.decode(e), t)), r = 0;
			}
			if (i === 0 || i > e) {
				s.enqueue(ve);
				break;
			}
		}
	} });
}
// ../../node_modules/@socket.io/component-emitter/lib/esm/index.js
function E(e) {
	if (e) return He(e);
}
function He(e) {
	for (var t in E.prototype) e[t] = E.prototype[t];
	return e;
}
E.prototype.on = E.prototype.addEventListener = function(e, t) {
	return this._callbacks = this._callbacks || {}, (this._callbacks["$" + e] = this._callbacks["$" + e] || []).push(t), this;
}, E.prototype.once = function(e, t) {
	function n() {
		this.off(e, n), t.apply(this, arguments);
	}
	return n.fn = t, this.on(e, n), this;
}, E.prototype.off = E.prototype.removeListener = E.prototype.removeAllListeners = E.prototype.removeEventListener = function(e, t) {
	if (this._callbacks = this._callbacks || {}, arguments.length == 0) return this._callbacks = {}, this;
	var n = this._callbacks["$" + e];
	if (!n) return this;
	if (arguments.length == 1) return delete this._callbacks["$" + e], this;
	for (var r, i = 0; i < n.length; i++) if (r = n[i], r === t || r.fn === t) {
		n.splice(i, 1);
		break;
	}
	return n.length === 0 && delete this._callbacks["$" + e], this;
}, E.prototype.emit = function(e) {
	this._callbacks = this._callbacks || {};
	for (var t = Array(arguments.length - 1), n = this._callbacks["$" + e], r = 1; r < arguments.length; r++) t[r - 1] = arguments[r];
	if (n) {
		n = n.slice(0);
		for (var r = 0, i = n.length; r < i; ++r) n[r].apply(this, t);
	}
	return this;
}, E.prototype.emitReserved = E.prototype.emit, E.prototype.listeners = function(e) {
	return this._callbacks = this._callbacks || {}, this._callbacks["$" + e] || [];
}, E.prototype.hasListeners = function(e) {
	return !!this.listeners(e).length;
};
// ../../node_modules/engine.io-client/build/esm/globals.js
var Ue = typeof Promise == "function" && typeof Promise.resolve == "function" ? (e) => Promise.resolve().then(e) : (e, t) => t(e, 0), D = typeof self < "u" ? self : typeof window < "u" ? window : Function("return this")(), We = "arraybuffer";
// ../../node_modules/engine.io-client/build/esm/util.js
function Ge(e, ...t) {
	return t.reduce((t, n) => (e.hasOwnProperty(n) && (t[n] = e[n]), t), {});
}
var Ke = D.setTimeout, qe = D.clearTimeout;
function Je(e, t) {
	t.useNativeTimers ? (e.setTimeoutFn = Ke.bind(D), e.clearTimeoutFn = qe.bind(D)) : (e.setTimeoutFn = D.setTimeout.bind(D), e.clearTimeoutFn = D.clearTimeout.bind(D));
}
var Ye = 1.33;
function Xe(e) {
	return typeof e == "string" ? Ze(e) : Math.ceil((e.byteLength || e.size) * Ye);
}
function Ze(e) {
	let t = 0, n = 0;
	for (let r = 0, i = e.length; r < i; r++) t = e.charCodeAt(r), t < 128 ? n += 1 : t < 2048 ? n += 2 : t < 55296 || t >= 57344 ? n += 3 : (r++, n += 4);
	return n;
}
function Qe() {
	return Date.now().toString(36).substring(3) + Math.random().toString(36).substring(2, 5);
}
// ../../node_modules/engine.io-client/build/esm/contrib/parseqs.js
function $e(e) {
	let t = "";
	for (let n in e) e.hasOwnProperty(n) && (t.length && (t += "&"), t += encodeURIComponent(n) + "=" + encodeURIComponent(e[n]));
	return t;
}
function et(e) {
	let t = {}, n = e.split("&");
	for (let e = 0, r = n.length; e < r; e++) {
		let r = n[e].split("=");
		t[decodeURIComponent(r[0])] = decodeURIComponent(r.slice(1).join("="));
	}
	return t;
}
// ../../node_modules/engine.io-client/build/esm/transport.js
var tt = class extends Error {
	constructor(e, t, n) {
		super(e), this.description = t, this.context = n, this.type = "TransportError";
	}
}, nt = class extends E {
	constructor(e) {
		super(), this.writable = !1, Je(this, e), this.opts = e, this.query = e.query, this.socket = e.socket, this.supportsBinary = !e.forceBase64;
	}
	onError(e, t, n) {
		return super.emitReserved("error", new tt(e, t, n)), this;
	}
	open() {
		return this.readyState = "opening", this.doOpen(), this;
	}
	close() {
		return (this.readyState === "opening" || this.readyState === "open") && (this.doClose(), this.onClose()), this;
	}
	send(e) {
		this.readyState === "open" && this.write(e);
	}
	onOpen() {
		this.readyState = "open", this.writable = !0, super.emitReserved("open");
	}
	onData(e) {
		let t = je(e, this.socket.binaryType);
		this.onPacket(t);
	}
	onPacket(e) {
		super.emitReserved("packet", e);
	}
	onClose(e) {
		this.readyState = "closed", super.emitReserved("close", e);
	}
	pause(e) {}
	createUri(e, t = {}) {
		return e + "://" + this._hostname() + this._port() + this.opts.path + this._query(t);
	}
	_hostname() {
		let e = this.opts.hostname;
		return e.indexOf(":") === -1 ? e : "[" + e + "]";
	}
	_port() {
		return this.opts.port && (this.opts.secure && Number(this.opts.port) !== 443 || !this.opts.secure && Number(this.opts.port) !== 80) ? ":" + this.opts.port : "";
	}
	_query(e) {
		let t = $e(e);
		return t.length ? "?" + t : "";
	}
}, rt = class extends nt {
	constructor() {
		super(...arguments), this._polling = !1;
	}
	get name() {
		return "polling";
	}
	doOpen() {
		this._poll();
	}
	pause(e) {
		this.readyState = "pausing";
		let t = () => {
			this.readyState = "paused", e();
		};
		if (this._polling || !this.writable) {
			let e = 0;
			this._polling && (e++, this.once("pollComplete", function() {
				--e || t();
			})), this.writable || (e++, this.once("drain", function() {
				--e || t();
			}));
		} else t();
	}
	_poll() {
		this._polling = !0, this.doPoll(), this.emitReserved("poll");
	}
	onData(e) {
		Ie(e, this.socket.binaryType).forEach((e) => {
			if (this.readyState === "opening" && e.type === "open" && this.onOpen(), e.type === "close") return this.onClose({ description: "transport closed by the server" }), !1;
			this.onPacket(e);
		}), this.readyState !== "closed" && (this._polling = !1, this.emitReserved("pollComplete"), this.readyState === "open" && this._poll());
	}
	doClose() {
		let e = () => {
			this.write([{ type: "close" }]);
		};
		this.readyState === "open" ? e() : this.once("open", e);
	}
	write(e) {
		this.writable = !1, Fe(e, (e) => {
			this.doWrite(e, () => {
				this.writable = !0, this.emitReserved("drain");
			});
		});
	}
	uri() {
		let e = this.opts.secure ? "https" : "http", t = this.query || {};
		return !1 !== this.opts.timestampRequests && (t[this.opts.timestampParam] = Qe()), !this.supportsBinary && !t.sid && (t.b64 = 1), this.createUri(e, t);
	}
}, it = !1;
try {
	it = typeof XMLHttpRequest < "u" && "withCredentials" in new XMLHttpRequest();
} catch {}
var at = it;
// ../../node_modules/engine.io-client/build/esm/transports/polling-xhr.js
function ot() {}
var st = class extends rt {
	constructor(e) {
		if (super(e), typeof location < "u") {
			let t = location.protocol === "https:", n = location.port;
			n ||= t ? "443" : "80", this.xd = typeof location < "u" && e.hostname !== location.hostname || n !== e.port;
		}
	}
	doWrite(e, t) {
		let n = this.request({
			method: "POST",
			data: e
		});
		n.on("success", t), n.on("error", (e, t) => {
			this.onError("xhr post error", e, t);
		});
	}
	doPoll() {
		let e = this.request();
		e.on("data", this.onData.bind(this)), e.on("error", (e, t) => {
			this.onError("xhr poll error", e, t);
		}), this.pollXhr = e;
	}
}, ct = class e extends E {
	constructor(e, t, n) {
		super(), this.createRequest = e, Je(this, n), this._opts = n, this._method = n.method || "GET", this._uri = t, this._data = n.data === void 0 ? null : n.data, this._create();
	}
	_create() {
		var t;
		let n = Ge(this._opts, "agent", "pfx", "key", "passphrase", "cert", "ca", "ciphers", "rejectUnauthorized", "autoUnref");
		n.xdomain = !!this._opts.xd;
		let r = this._xhr = this.createRequest(n);
		try {
			r.open(this._method, this._uri, !0);
			try {
				if (this._opts.extraHeaders) {
					r.setDisableHeaderCheck && r.setDisableHeaderCheck(!0);
					for (let e in this._opts.extraHeaders) this._opts.extraHeaders.hasOwnProperty(e) && r.setRequestHeader(e, this._opts.extraHeaders[e]);
				}
			} catch {}
			if (this._method === "POST") try {
				r.setRequestHeader("Content-type", "text/plain;charset=UTF-8");
			} catch {}
			try {
				r.setRequestHeader("Accept", "*/*");
			} catch {}
			(t = this._opts.cookieJar) == null || t.addCookies(r), "withCredentials" in r && (r.withCredentials = this._opts.withCredentials), this._opts.requestTimeout && (r.timeout = this._opts.requestTimeout), r.onreadystatechange = () => {
				var e;
				r.readyState === 3 && ((e = this._opts.cookieJar) == null || e.parseCookies(r.getResponseHeader("set-cookie"))), r.readyState === 4 && (r.status === 200 || r.status === 1223 ? this._onLoad() : this.setTimeoutFn(() => {
					this._onError(typeof r.status == "number" ? r.status : 0);
				}, 0));
			}, r.send(this._data);
		} catch (e) {
			this.setTimeoutFn(() => {
				this._onError(e);
			}, 0);
			return;
		}
		typeof document < "u" && (this._index = e.requestsCount++, e.requests[this._index] = this);
	}
	_onError(e) {
		this.emitReserved("error", e, this._xhr), this._cleanup(!0);
	}
	_cleanup(t) {
		if (this._xhr !== void 0 && this._xhr !== null) {
			if (this._xhr.onreadystatechange = ot, t) try {
				this._xhr.abort();
			} catch {}
			typeof document < "u" && delete e.requests[this._index], this._xhr = null;
		}
	}
	_onLoad() {
		let e = this._xhr.responseText;
		e !== null && (this.emitReserved("data", e), this.emitReserved("success"), this._cleanup());
	}
	abort() {
		this._cleanup();
	}
};
if (ct.requestsCount = 0, ct.requests = {}, typeof document < "u") {
	if (typeof attachEvent == "function") attachEvent("onunload", lt);
	else if (typeof addEventListener == "function") {
		let e = "onpagehide" in D ? "pagehide" : "unload";
		addEventListener(e, lt, !1);
	}
}
function lt() {
	for (let e in ct.requests) ct.requests.hasOwnProperty(e) && ct.requests[e].abort();
}
var ut = (function() {
	let e = ft({ xdomain: !1 });
	return e && e.responseType !== null;
})(), dt = class extends st {
	constructor(e) {
		super(e);
		let t = e && e.forceBase64;
		this.supportsBinary = ut && !t;
	}
	request(e = {}) {
		return Object.assign(e, { xd: this.xd }, this.opts), new ct(ft, this.uri(), e);
	}
};
function ft(e) {
	let t = e.xdomain;
	try {
		if (typeof XMLHttpRequest < "u" && (!t || at)) return new XMLHttpRequest();
	} catch {}
	if (!t) try {
		return new D.ActiveXObject("Microsoft.XMLHTTP");
	} catch {}
}
// ../../node_modules/engine.io-client/build/esm/transports/websocket.js
var pt = typeof navigator < "u" && typeof navigator.product == "string" && navigator.product.toLowerCase() === "reactnative", mt = class extends nt {
	get name() {
		return "websocket";
	}
	doOpen() {
		let e = this.uri(), t = this.opts.protocols, n = pt ? {} : Ge(this.opts, "agent", "perMessageDeflate", "pfx", "key", "passphrase", "cert", "ca", "ciphers", "rejectUnauthorized", "localAddress", "protocolVersion", "origin", "maxPayload", "family", "checkServerIdentity");
		this.opts.extraHeaders && (n.headers = this.opts.extraHeaders);
		try {
			this.ws = this.createSocket(e, t, n);
		} catch (e) {
			return this.emitReserved("error", e);
		}
		this.ws.binaryType = this.socket.binaryType, this.addEventListeners();
	}
	addEventListeners() {
		this.ws.onopen = () => {
			this.opts.autoUnref && this.ws._socket.unref(), this.onOpen();
		}, this.ws.onclose = (e) => this.onClose({
			description: "websocket connection closed",
			context: e
		}), this.ws.onmessage = (e) => this.onData(e.data), this.ws.onerror = (e) => this.onError("websocket error", e);
	}
	write(e) {
		this.writable = !1;
		for (let t = 0; t < e.length; t++) {
			let n = e[t], r = t === e.length - 1;
			Se(n, this.supportsBinary, (e) => {
				try {
					this.doWrite(n, e);
				} catch {}
				r && Ue(() => {
					this.writable = !0, this.emitReserved("drain");
				}, this.setTimeoutFn);
			});
		}
	}
	doClose() {
		this.ws !== void 0 && (this.ws.onerror = () => {}, this.ws.close(), this.ws = null);
	}
	uri() {
		let e = this.opts.secure ? "wss" : "ws", t = this.query || {};
		return this.opts.timestampRequests && (t[this.opts.timestampParam] = Qe()), this.supportsBinary || (t.b64 = 1), this.createUri(e, t);
	}
}, ht = D.WebSocket || D.MozWebSocket, gt = class extends mt {
	createSocket(e, t, n) {
		return pt ? new ht(e, t, n) : t ? new ht(e, t) : new ht(e);
	}
	doWrite(e, t) {
		this.ws.send(t);
	}
}, _t = {
	websocket: gt,
	webtransport: class extends nt {
		get name() {
			return "webtransport";
		}
		doOpen() {
			try {
				this._transport = new WebTransport(this.createUri("https"), this.opts.transportOptions[this.name]);
			} catch (e) {
				return this.emitReserved("error", e);
			}
			this._transport.closed.then(() => {
				this.onClose();
			}).catch((e) => {
				this.onError("webtransport error", e);
			}), this._transport.ready.then(() => {
				this._transport.createBidirectionalStream().then((e) => {
					let t = Ve(2 ** 53 - 1, this.socket.binaryType), n = e.readable.pipeThrough(t).getReader(), r = Le();
					r.readable.pipeTo(e.writable), this._writer = r.writable.getWriter();
					let i = () => {
						n.read().then(({ done: e, value: t }) => {
							e || (this.onPacket(t), i());
						}).catch((e) => {});
					};
					i();
					let a = { type: "open" };
					this.query.sid && (a.data = `{"sid":"${this.query.sid}"}`), this._writer.write(a).then(() => this.onOpen());
				});
			});
		}
		write(e) {
			this.writable = !1;
			for (let t = 0; t < e.length; t++) {
				let n = e[t], r = t === e.length - 1;
				this._writer.write(n).then(() => {
					r && Ue(() => {
						this.writable = !0, this.emitReserved("drain");
					}, this.setTimeoutFn);
				});
			}
		}
		doClose() {
			var e;
			(e = this._transport) == null || e.close();
		}
	},
	polling: dt
}, vt = /^(?:(?![^:@\/?#]+:[^:@\/]*@)(http|https|ws|wss):\/\/)?((?:(([^:@\/?#]*)(?::([^:@\/?#]*))?)?@)?((?:[a-f0-9]{0,4}:){2,7}[a-f0-9]{0,4}|[^:\/?#]*)(?::(\d*))?)(((\/(?:[^?#](?![^?#\/]*\.[^?#\/.]+(?:[?#]|$)))*\/?)?([^?#\/]*))(?:\?([^#]*))?(?:#(.*))?)/, yt = [
	"source",
	"protocol",
	"authority",
	"userInfo",
	"user",
	"password",
	"host",
	"port",
	"relative",
	"path",
	"directory",
	"file",
	"query",
	"anchor"
];
function bt(e) {
	if (e.length > 8e3) throw "URI too long";
	let t = e, n = e.indexOf("["), r = e.indexOf("]");
	n != -1 && r != -1 && (e = e.substring(0, n) + e.substring(n, r).replace(/:/g, ";") + e.substring(r, e.length));
	let i = vt.exec(e || ""), a = {}, o = 14;
	for (; o--;) a[yt[o]] = i[o] || "";
	return n != -1 && r != -1 && (a.source = t, a.host = a.host.substring(1, a.host.length - 1).replace(/;/g, ":"), a.authority = a.authority.replace("[", "").replace("]", "").replace(/;/g, ":"), a.ipv6uri = !0), a.pathNames = xt(a, a.path), a.queryKey = St(a, a.query), a;
}
function xt(e, t) {
	let n = t.replace(/\/{2,9}/g, "/").split("/");
	return (t.slice(0, 1) == "/" || t.length === 0) && n.splice(0, 1), t.slice(-1) == "/" && n.splice(n.length - 1, 1), n;
}
function St(e, t) {
	let n = {};
	return t.replace(/(?:^|&)([^&=]*)=?([^&]*)/g, function(e, t, r) {
		t && (n[t] = r);
	}), n;
}
// ../../node_modules/engine.io-client/build/esm/socket.js
var Ct = typeof addEventListener == "function" && typeof removeEventListener == "function", wt = [];
Ct && addEventListener("offline", () => {
	wt.forEach((e) => e());
}, !1);
var Tt = class e extends E {
	constructor(e, t = {}) {
		if (super(), this.binaryType = We, this.writeBuffer = [], this._prevBufferLen = 0, this._upgrades = [], this._pingInterval = -1, this._pingTimeout = -1, this._maxPayload = -1, this._pingTimeoutTime = Infinity, e && typeof e == "object" && (t = e, e = null), e) {
			let n = bt(e);
			t.hostname = n.host, t.secure = n.protocol === "https" || n.protocol === "wss", t.port = n.port, n.query && (t.query = n.query);
		} else t.host && (t.hostname = bt(t.host).host);
		if (Je(this, t), this.secure = t.secure == null ? typeof location < "u" && location.protocol === "https:" : t.secure, t.hostname && !t.port && (t.port = this.secure ? "443" : "80"), this.hostname = t.hostname || (typeof location < "u" ? location.hostname : "localhost"), this.port = t.port || (typeof location < "u" && location.port ? location.port : this.secure ? "443" : "80"), t.transportImplementations && t.transports) throw Error("specifying both 'transportImplementations' and 'transports' options is not supported");
		t.transportImplementations || t.transports?.length && typeof t.transports[0] == "function" ? (this.transports = [], this._transportsByName = Object.create(null), (t.transportImplementations ?? t.transports).forEach((e) => {
			let t = e.prototype.name;
			this.transports.push(t), this._transportsByName[t] = e;
		})) : (this.transports = t.transports ? [...t.transports] : [
			"polling",
			"websocket",
			"webtransport"
		], this._transportsByName = _t), this.opts = Object.assign({
			path: "/engine.io",
			agent: !1,
			withCredentials: !1,
			upgrade: !0,
			timestampParam: "t",
			rememberUpgrade: !1,
			addTrailingSlash: !0,
			rejectUnauthorized: !0,
			perMessageDeflate: { threshold: 1024 },
			transportOptions: {},
			closeOnBeforeunload: !1
		}, t), this.opts.path = this.opts.path.replace(/\/$/, "") + (this.opts.addTrailingSlash ? "/" : ""), typeof this.opts.query == "string" && (this.opts.query = et(this.opts.query)), Ct && (this.opts.closeOnBeforeunload && (this._beforeunloadEventListener = () => {
			this.transport && (this.transport.removeAllListeners(), this.transport.close());
		}, addEventListener("beforeunload", this._beforeunloadEventListener, !1)), this.hostname !== "localhost" && (this._offlineEventListener = () => {
			this._onClose("transport close", { description: "network connection lost" });
		}, wt.push(this._offlineEventListener))), this.opts.withCredentials && (this._cookieJar = void 0), this._open();
	}
	createTransport(e) {
		let t = Object.assign({}, this.opts.query);
		t.EIO = 4, t.transport = e, this.id && (t.sid = this.id);
		let n = Object.assign({}, this.opts, {
			query: t,
			socket: this,
			hostname: this.hostname,
			secure: this.secure,
			port: this.port
		}, this.opts.transportOptions[e]);
		return new this._transportsByName[e](n);
	}
	_open() {
		if (this.transports.length === 0) {
			this.setTimeoutFn(() => {
				this.emitReserved("error", "No transports available");
			}, 0);
			return;
		}
		let t = this.opts.rememberUpgrade && e.priorWebsocketSuccess && this.transports.indexOf("websocket") !== -1 ? "websocket" : this.transports[0];
		this.readyState = "opening";
		let n = this.createTransport(t);
		n.open(), this.setTransport(n);
	}
	setTransport(e) {
		this.transport && this.transport.removeAllListeners(), this.transport = e, e.on("drain", this._onDrain.bind(this)).on("packet", this._onPacket.bind(this)).on("error", this._onError.bind(this)).on("close", (e) => this._onClose("transport close", e));
	}
	_probe(t) {
		let n = this.createTransport(t), r = !1;
		e.priorWebsocketSuccess = !1;
		let i = () => {
			r || (n.send([{
				type: "ping",
				data: "probe"
			}]), n.once("packet", (t) => {
				if (!r) {
					if (t.type === "pong" && t.data === "probe") {
						if (this.upgrading = !0, this.emitReserved("upgrading", n), !n) return;
						e.priorWebsocketSuccess = n.name === "websocket", this.transport.pause(() => {
							r || this.readyState !== "closed" && (u(), this.setTransport(n), n.send([{ type: "upgrade" }]), this.emitReserved("upgrade", n), n = null, this.upgrading = !1, this.flush());
						});
					} else {
						let e = /* @__PURE__ */ Error("probe error");
						e.transport = n.name, this.emitReserved("upgradeError", e);
					}
				}
			}));
		};
		function a() {
			r || (r = !0, u(), n.close(), n = null);
		}
		let o = (e) => {
			let t = /* @__PURE__ */ Error("probe error: " + e);
			t.transport = n.name, a(), this.emitReserved("upgradeError", t);
		};
		function s() {
			o("transport closed");
		}
		function c() {
			o("socket closed");
		}
		function l(e) {
			n && e.name !== n.name && a();
		}
		let u = () => {
			n.removeListener("open", i), n.removeListener("error", o), n.removeListener("close", s), this.off("close", c), this.off("upgrading", l);
		};
		n.once("open", i), n.once("error", o), n.once("close", s), this.once("close", c), this.once("upgrading", l), this._upgrades.indexOf("webtransport") !== -1 && t !== "webtransport" ? this.setTimeoutFn(() => {
			r || n.open();
		}, 200) : n.open();
	}
	onOpen() {
		if (this.readyState = "open", e.priorWebsocketSuccess = this.transport.name === "websocket", this.emitReserved("open"), this.flush(), this.readyState === "open" && this.opts.upgrade) for (let e = 0; e < this._upgrades.length; e++) this._probe(this._upgrades[e]);
	}
	_onPacket(e) {
		if (this.readyState === "opening" || this.readyState === "open" || this.readyState === "closing") switch (this.emitReserved("packet", e), this.emitReserved("heartbeat"), e.type) {
			case "open":
				this.onHandshake(JSON.parse(e.data));
				break;
			case "ping":
				this._sendPacket("pong"), this.emitReserved("ping"), this.emitReserved("pong"), this._resetPingTimeout();
				break;
			case "error":
				let t = /* @__PURE__ */ Error("server error");
				t.code = e.data, this._onError(t);
				break;
			case "message": this.emitReserved("data", e.data), this.emitReserved("message", e.data);
		}
	}
	onHandshake(e) {
		this.emitReserved("handshake", e), this.id = e.sid, this.transport.query.sid = e.sid, this._upgrades = this._filterUpgrades(e.upgrades), this._pingInterval = e.pingInterval, this._pingTimeout = e.pingTimeout, this._maxPayload = e.maxPayload, this.onOpen(), this.readyState !== "closed" && this._resetPingTimeout();
	}
	_resetPingTimeout() {
		this.clearTimeoutFn(this._pingTimeoutTimer);
		let e = this._pingInterval + this._pingTimeout;
		this._pingTimeoutTime = Date.now() + e, this._pingTimeoutTimer = this.setTimeoutFn(() => {
			this._onClose("ping timeout");
		}, e), this.opts.autoUnref && this._pingTimeoutTimer.unref();
	}
	_onDrain() {
		this.writeBuffer.splice(0, this._prevBufferLen), this._prevBufferLen = 0, this.writeBuffer.length === 0 ? this.emitReserved("drain") : this.flush();
	}
	flush() {
		if (this.readyState !== "closed" && this.transport.writable && !this.upgrading && this.writeBuffer.length) {
			let e = this._getWritablePackets();
			this.transport.send(e), this._prevBufferLen = e.length, this.emitReserved("flush");
		}
	}
	_getWritablePackets() {
		if (!(this._maxPayload && this.transport.name === "polling" && this.writeBuffer.length > 1)) return this.writeBuffer;
		let e = 1;
		for (let t = 0; t < this.writeBuffer.length; t++) {
			let n = this.writeBuffer[t].data;
			if (n && (e += Xe(n)), t > 0 && e > this._maxPayload) return this.writeBuffer.slice(0, t);
			e += 2;
		}
		return this.writeBuffer;
	}
	_hasPingExpired() {
		if (!this._pingTimeoutTime) return !0;
		let e = Date.now() > this._pingTimeoutTime;
		return e && (this._pingTimeoutTime = 0, Ue(() => {
			this._onClose("ping timeout");
		}, this.setTimeoutFn)), e;
	}
	write(e, t, n) {
		return this._sendPacket("message", e, t, n), this;
	}
	send(e, t, n) {
		return this._sendPacket("message", e, t, n), this;
	}
	_sendPacket(e, t, n, r) {
		if (typeof t == "function" && (r = t, t = void 0), typeof n == "function" && (r = n, n = null), this.readyState === "closing" || this.readyState === "closed") return;
		n ||= {}, n.compress = !1 !== n.compress;
		let i = {
			type: e,
			data: t,
			options: n
		};
		this.emitReserved("packetCreate", i), this.writeBuffer.push(i), r && this.once("flush", r), this.flush();
	}
	close() {
		let e = () => {
			this._onClose("forced close"), this.transport.close();
		}, t = () => {
			this.off("upgrade", t), this.off("upgradeError", t), e();
		}, n = () => {
			this.once("upgrade", t), this.once("upgradeError", t);
		};
		return (this.readyState === "opening" || this.readyState === "open") && (this.readyState = "closing", this.writeBuffer.length ? this.once("drain", () => {
			this.upgrading ? n() : e();
		}) : this.upgrading ? n() : e()), this;
	}
	_onError(t) {
		if (e.priorWebsocketSuccess = !1, this.opts.tryAllTransports && this.transports.length > 1 && this.readyState === "opening") return this.transports.shift(), this._open();
		this.emitReserved("error", t), this._onClose("transport error", t);
	}
	_onClose(e, t) {
		if (this.readyState === "opening" || this.readyState === "open" || this.readyState === "closing") {
			if (this.clearTimeoutFn(this._pingTimeoutTimer), this.transport.removeAllListeners("close"), this.transport.close(), this.transport.removeAllListeners(), Ct && (this._beforeunloadEventListener && removeEventListener("beforeunload", this._beforeunloadEventListener, !1), this._offlineEventListener)) {
				let e = wt.indexOf(this._offlineEventListener);
				e !== -1 && wt.splice(e, 1);
			}
			this.readyState = "closed", this.id = null, this.emitReserved("close", e, t), this.writeBuffer = [], this._prevBufferLen = 0;
		}
	}
	_filterUpgrades(e) {
		let t = [];
		for (let n = 0; n < e.length; n++) ~this.transports.indexOf(e[n]) && t.push(e[n]);
		return t;
	}
};
Tt.protocol = 4, Tt.protocol;
// ../../node_modules/socket.io-client/build/esm/url.js
function Et(e, t = "", n) {
	let r = e;
	n ||= typeof location < "u" && location, e ??= n.protocol + "//" + n.host, typeof e == "string" && (e.charAt(0) === "/" && (e = e.charAt(1) === "/" ? n.protocol + e : n.host + e), /^(https?|wss?):\/\//.test(e) || (e = n === void 0 ? "https://" + e : n.protocol + "//" + e), r = bt(e)), r.port || (/^(http|ws)$/.test(r.protocol) ? r.port = "80" : /^(http|ws)s$/.test(r.protocol) && (r.port = "443")), r.path = r.path || "/";
	let i = r.host.indexOf(":") === -1 ? r.host : "[" + r.host + "]";
	return r.id = r.protocol + "://" + i + ":" + r.port + t, r.href = r.protocol + "://" + i + (n && n.port === r.port ? "" : ":" + r.port), r;
}
// ../../node_modules/socket.io-parser/build/esm/is-binary.js
var Dt = typeof ArrayBuffer == "function", Ot = (e) => typeof ArrayBuffer.isView == "function" ? ArrayBuffer.isView(e) : e.buffer instanceof ArrayBuffer, kt = Object.prototype.toString, At = typeof Blob == "function" || typeof Blob < "u" && kt.call(Blob) === "[object BlobConstructor]", jt = typeof File == "function" || typeof File < "u" && kt.call(File) === "[object FileConstructor]";
function Mt(e) {
	return Dt && (e instanceof ArrayBuffer || Ot(e)) || At && e instanceof Blob || jt && e instanceof File;
}
function Nt(e, t) {
	if (!e || typeof e != "object") return !1;
	if (Array.isArray(e)) {
		for (let t = 0, n = e.length; t < n; t++) if (Nt(e[t])) return !0;
		return !1;
	}
	if (Mt(e)) return !0;
	if (e.toJSON && typeof e.toJSON == "function" && arguments.length === 1) return Nt(e.toJSON(), !0);
	for (let t in e) if (Object.prototype.hasOwnProperty.call(e, t) && Nt(e[t])) return !0;
	return !1;
}
// ../../node_modules/socket.io-parser/build/esm/binary.js
function Pt(e) {
	let t = [], n = e.data, r = e;
	return r.data = Ft(n, t), r.attachments = t.length, {
		packet: r,
		buffers: t
	};
}
function Ft(e, t, n) {
	if (!e) return e;
	if (Mt(e)) {
		let n = {
			_placeholder: !0,
			num: t.length
		};
		return t.push(e), n;
	}
	if (Array.isArray(e)) {
		let n = Array(e.length);
		for (let r = 0; r < e.length; r++) n[r] = Ft(e[r], t);
		return n;
	}
	if (typeof e == "object" && !(e instanceof Date)) {
		if (e.toJSON && typeof e.toJSON == "function" && !n) return Ft(e.toJSON(), t, !0);
		let r = {};
		for (let n in e) Object.prototype.hasOwnProperty.call(e, n) && (r[n] = Ft(e[n], t));
		return r;
	}
	return e;
}
function It(e, t) {
	return e.data = Lt(e.data, t), delete e.attachments, e;
}
function Lt(e, t) {
	if (!e) return e;
	if (e && e._placeholder === !0) {
		if (typeof e.num == "number" && e.num >= 0 && e.num < t.length) return t[e.num];
		throw Error("illegal attachments");
	}
	if (Array.isArray(e)) for (let n = 0; n < e.length; n++) e[n] = Lt(e[n], t);
	else if (typeof e == "object") for (let n in e) Object.prototype.hasOwnProperty.call(e, n) && (e[n] = Lt(e[n], t));
	return e;
}
// ../../node_modules/socket.io-parser/build/esm/index.js
var Rt = /* @__PURE__ */ y({
	Decoder: () => Vt,
	Encoder: () => Bt,
	PacketType: () => O,
	isPacketValid: () => Jt,
	protocol: () => 5
}), zt = [
	"connect",
	"connect_error",
	"disconnect",
	"disconnecting",
	"newListener",
	"removeListener"
], O;
(function(e) {
	e[e.CONNECT = 0] = "CONNECT", e[e.DISCONNECT = 1] = "DISCONNECT", e[e.EVENT = 2] = "EVENT", e[e.ACK = 3] = "ACK", e[e.CONNECT_ERROR = 4] = "CONNECT_ERROR", e[e.BINARY_EVENT = 5] = "BINARY_EVENT", e[e.BINARY_ACK = 6] = "BINARY_ACK";
})(O ||= {});
var Bt = class {
	constructor(e) {
		this.replacer = e;
	}
	encode(e) {
		return (e.type === O.EVENT || e.type === O.ACK) && Nt(e) ? this.encodeAsBinary({
			type: e.type === O.EVENT ? O.BINARY_EVENT : O.BINARY_ACK,
			nsp: e.nsp,
			data: e.data,
			id: e.id
		}) : [this.encodeAsString(e)];
	}
	encodeAsString(e) {
		let t = "" + e.type;
		return (e.type === O.BINARY_EVENT || e.type === O.BINARY_ACK) && (t += e.attachments + "-"), e.nsp && e.nsp !== "/" && (t += e.nsp + ","), e.id != null && (t += e.id), e.data != null && (t += JSON.stringify(e.data, this.replacer)), t;
	}
	encodeAsBinary(e) {
		let t = Pt(e), n = this.encodeAsString(t.packet), r = t.buffers;
		return r.unshift(n), r;
	}
}, Vt = class e extends E {
	constructor(e) {
		super(), this.opts = Object.assign({
			reviver: void 0,
			maxAttachments: 10
		}, typeof e == "function" ? { reviver: e } : e);
	}
	add(e) {
		let t;
		if (typeof e == "string") {
			if (this.reconstructor) throw Error("got plaintext data when reconstructing a packet");
			t = this.decodeString(e);
			let n = t.type === O.BINARY_EVENT;
			n || t.type === O.BINARY_ACK ? (t.type = n ? O.EVENT : O.ACK, this.reconstructor = new Ht(t)) : super.emitReserved("decoded", t);
		} else if (Mt(e) || e.base64) {
			if (this.reconstructor) t = this.reconstructor.takeBinaryData(e), t && (this.reconstructor = null, super.emitReserved("decoded", t));
			else throw Error("got binary data when not reconstructing a packet");
		} else throw Error("Unknown type: " + e);
	}
	decodeString(t) {
		let n = 0, r = { type: Number(t.charAt(0)) };
		if (O[r.type] === void 0) throw Error("unknown packet type " + r.type);
		if (r.type === O.BINARY_EVENT || r.type === O.BINARY_ACK) {
			let e = n + 1;
			for (; t.charAt(++n) !== "-" && n != t.length;);
			let i = t.substring(e, n);
			if (i != Number(i) || t.charAt(n) !== "-") throw Error("Illegal attachments");
			let a = Number(i);
			if (!Wt(a) || a < 1) throw Error("Illegal attachments");
			if (a > this.opts.maxAttachments) throw Error("too many attachments");
			r.attachments = a;
		}
		if (t.charAt(n + 1) === "/") {
			let e = n + 1;
			for (; ++n && t.charAt(n) !== "," && n !== t.length;);
			r.nsp = t.substring(e, n);
		} else r.nsp = "/";
		let i = t.charAt(n + 1);
		if (i !== "" && Number(i) == i) {
			let e = n + 1;
			for (; ++n;) {
				let e = t.charAt(n);
				if (e == null || Number(e) != e) {
					--n;
					break;
				}
				if (n === t.length) break;
			}
			r.id = Number(t.substring(e, n + 1));
		}
		if (t.charAt(++n)) {
			let i = this.tryParse(t.substr(n));
			if (e.isPayloadValid(r.type, i)) r.data = i;
			else throw Error("invalid payload");
		}
		return r;
	}
	tryParse(e) {
		try {
			return JSON.parse(e, this.opts.reviver);
		} catch {
			return !1;
		}
	}
	static isPayloadValid(e, t) {
		switch (e) {
			case O.CONNECT: return Kt(t);
			case O.DISCONNECT: return t === void 0;
			case O.CONNECT_ERROR: return typeof t == "string" || Kt(t);
			case O.EVENT:
			case O.BINARY_EVENT: return Array.isArray(t) && (typeof t[0] == "number" || typeof t[0] == "string" && zt.indexOf(t[0]) === -1);
			case O.ACK:
			case O.BINARY_ACK: return Array.isArray(t);
		}
	}
	destroy() {
		this.reconstructor &&= (this.reconstructor.finishedReconstruction(), null);
	}
}, Ht = class {
	constructor(e) {
		this.packet = e, this.buffers = [], this.reconPack = e;
	}
	takeBinaryData(e) {
		if (this.buffers.push(e), this.buffers.length === this.reconPack.attachments) {
			let e = It(this.reconPack, this.buffers);
			return this.finishedReconstruction(), e;
		}
		return null;
	}
	finishedReconstruction() {
		this.reconPack = null, this.buffers = [];
	}
};
function Ut(e) {
	return typeof e == "string";
}
var Wt = Number.isInteger || function(e) {
	return typeof e == "number" && isFinite(e) && Math.floor(e) === e;
};
function Gt(e) {
	return e === void 0 || Wt(e);
}
function Kt(e) {
	return Object.prototype.toString.call(e) === "[object Object]";
}
function qt(e, t) {
	switch (e) {
		case O.CONNECT: return t === void 0 || Kt(t);
		case O.DISCONNECT: return t === void 0;
		case O.EVENT: return Array.isArray(t) && (typeof t[0] == "number" || typeof t[0] == "string" && zt.indexOf(t[0]) === -1);
		case O.ACK: return Array.isArray(t);
		case O.CONNECT_ERROR: return typeof t == "string" || Kt(t);
		default: return !1;
	}
}
function Jt(e) {
	return Ut(e.nsp) && Gt(e.id) && qt(e.type, e.data);
}
// ../../node_modules/socket.io-client/build/esm/on.js
function k(e, t, n) {
	return e.on(t, n), function() {
		e.off(t, n);
	};
}
// ../../node_modules/socket.io-client/build/esm/socket.js
var Yt = Object.freeze({
	connect: 1,
	connect_error: 1,
	disconnect: 1,
	disconnecting: 1,
	newListener: 1,
	removeListener: 1
}), Xt = class extends E {
	constructor(e, t, n) {
		super(), this.connected = !1, this.recovered = !1, this.receiveBuffer = [], this.sendBuffer = [], this._queue = [], this._queueSeq = 0, this.ids = 0, this.acks = {}, this.flags = {}, this.io = e, this.nsp = t, n && n.auth && (this.auth = n.auth), this._opts = Object.assign({}, n), this.io._autoConnect && this.open();
	}
	get disconnected() {
		return !this.connected;
	}
	subEvents() {
		if (this.subs) return;
		let e = this.io;
		this.subs = [
			k(e, "open", this.onopen.bind(this)),
			k(e, "packet", this.onpacket.bind(this)),
			k(e, "error", this.onerror.bind(this)),
			k(e, "close", this.onclose.bind(this))
		];
	}
	get active() {
		return !!this.subs;
	}
	connect() {
		return this.connected || (this.subEvents(), this.io._reconnecting || this.io.open(), this.io._readyState === "open" && this.onopen()), this;
	}
	open() {
		return this.connect();
	}
	send(...e) {
		return e.unshift("message"), this.emit.apply(this, e), this;
	}
	emit(e, ...t) {
		if (Yt.hasOwnProperty(e)) throw Error("\"" + e.toString() + "\" is a reserved event name");
		if (t.unshift(e), this._opts.retries && !this.flags.fromQueue && !this.flags.volatile) return this._addToQueue(t), this;
		let n = {
			type: O.EVENT,
			data: t
		};
		if (n.options = {}, n.options.compress = this.flags.compress !== !1, typeof t[t.length - 1] == "function") {
			let e = this.ids++, r = t.pop();
			this._registerAckCallback(e, r), n.id = e;
		}
		let r = this.io.engine?.transport?.writable, i = this.connected && !this.io.engine?._hasPingExpired();
		return this.flags.volatile && !r || (i ? (this.notifyOutgoingListeners(n), this.packet(n)) : this.sendBuffer.push(n)), this.flags = {}, this;
	}
	_registerAckCallback(e, t) {
		let n = this.flags.timeout ?? this._opts.ackTimeout;
		if (n === void 0) {
			this.acks[e] = t;
			return;
		}
		let r = this.io.setTimeoutFn(() => {
			delete this.acks[e];
			for (let t = 0; t < this.sendBuffer.length; t++) this.sendBuffer[t].id === e && this.sendBuffer.splice(t, 1);
			t.call(this, /* @__PURE__ */ Error("operation has timed out"));
		}, n), i = (...e) => {
			this.io.clearTimeoutFn(r), t.apply(this, e);
		};
		i.withError = !0, this.acks[e] = i;
	}
	emitWithAck(e, ...t) {
		return new Promise((n, r) => {
			let i = (e, t) => e ? r(e) : n(t);
			i.withError = !0, t.push(i), this.emit(e, ...t);
		});
	}
	_addToQueue(e) {
		let t;
		typeof e[e.length - 1] == "function" && (t = e.pop());
		let n = {
			id: this._queueSeq++,
			tryCount: 0,
			pending: !1,
			args: e,
			flags: Object.assign({ fromQueue: !0 }, this.flags)
		};
		e.push((e, ...r) => (this._queue[0], e === null ? (this._queue.shift(), t && t(null, ...r)) : n.tryCount > this._opts.retries && (this._queue.shift(), t && t(e)), n.pending = !1, this._drainQueue())), this._queue.push(n), this._drainQueue();
	}
	_drainQueue(e = !1) {
		if (!this.connected || this._queue.length === 0) return;
		let t = this._queue[0];
		(!t.pending || e) && (t.pending = !0, t.tryCount++, this.flags = t.flags, this.emit.apply(this, t.args));
	}
	packet(e) {
		e.nsp = this.nsp, this.io._packet(e);
	}
	onopen() {
		typeof this.auth == "function" ? this.auth((e) => {
			this._sendConnectPacket(e);
		}) : this._sendConnectPacket(this.auth);
	}
	_sendConnectPacket(e) {
		this.packet({
			type: O.CONNECT,
			data: this._pid ? Object.assign({
				pid: this._pid,
				offset: this._lastOffset
			}, e) : e
		});
	}
	onerror(e) {
		this.connected || this.emitReserved("connect_error", e);
	}
	onclose(e, t) {
		this.connected = !1, delete this.id, this.emitReserved("disconnect", e, t), this._clearAcks();
	}
	_clearAcks() {
		Object.keys(this.acks).forEach((e) => {
			if (!this.sendBuffer.some((t) => String(t.id) === e)) {
				let t = this.acks[e];
				delete this.acks[e], t.withError && t.call(this, /* @__PURE__ */ Error("socket has been disconnected"));
			}
		});
	}
	onpacket(e) {
		if (e.nsp === this.nsp) switch (e.type) {
			case O.CONNECT:
				e.data && e.data.sid ? this.onconnect(e.data.sid, e.data.pid) : this.emitReserved("connect_error", /* @__PURE__ */ Error("It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but they are not compatible (more information here: https://socket.io/docs/v3/migrating-from-2-x-to-3-0/)"));
				break;
			case O.EVENT:
			case O.BINARY_EVENT:
				this.onevent(e);
				break;
			case O.ACK:
			case O.BINARY_ACK:
				this.onack(e);
				break;
			case O.DISCONNECT:
				this.ondisconnect();
				break;
			case O.CONNECT_ERROR:
				this.destroy();
				let t = Error(e.data.message);
				t.data = e.data.data, this.emitReserved("connect_error", t);
		}
	}
	onevent(e) {
		let t = e.data || [];
		e.id != null && t.push(this.ack(e.id)), this.connected ? this.emitEvent(t) : this.receiveBuffer.push(Object.freeze(t));
	}
	emitEvent(e) {
		if (this._anyListeners && this._anyListeners.length) {
			let t = this._anyListeners.slice();
			for (let n of t) n.apply(this, e);
		}
		super.emit.apply(this, e), this._pid && e.length && typeof e[e.length - 1] == "string" && (this._lastOffset = e[e.length - 1]);
	}
	ack(e) {
		let t = this, n = !1;
		return function(...r) {
			n || (n = !0, t.packet({
				type: O.ACK,
				id: e,
				data: r
			}));
		};
	}
	onack(e) {
		let t = this.acks[e.id];
		typeof t == "function" && (delete this.acks[e.id], t.withError && e.data.unshift(null), t.apply(this, e.data));
	}
	onconnect(e, t) {
		this.id = e, this.recovered = t && this._pid === t, this._pid = t, this.connected = !0, this.emitBuffered(), this._drainQueue(!0), this.emitReserved("connect");
	}
	emitBuffered() {
		this.receiveBuffer.forEach((e) => this.emitEvent(e)), this.receiveBuffer = [], this.sendBuffer.forEach((e) => {
			this.notifyOutgoingListeners(e), this.packet(e);
		}), this.sendBuffer = [];
	}
	ondisconnect() {
		this.destroy(), this.onclose("io server disconnect");
	}
	destroy() {
		this.subs &&= (this.subs.forEach((e) => e()), void 0), this.io._destroy(this);
	}
	disconnect() {
		return this.connected && this.packet({ type: O.DISCONNECT }), this.destroy(), this.connected && this.onclose("io client disconnect"), this;
	}
	close() {
		return this.disconnect();
	}
	compress(e) {
		return this.flags.compress = e, this;
	}
	get volatile() {
		return this.flags.volatile = !0, this;
	}
	timeout(e) {
		return this.flags.timeout = e, this;
	}
	onAny(e) {
		return this._anyListeners = this._anyListeners || [], this._anyListeners.push(e), this;
	}
	prependAny(e) {
		return this._anyListeners = this._anyListeners || [], this._anyListeners.unshift(e), this;
	}
	offAny(e) {
		if (!this._anyListeners) return this;
		if (e) {
			let t = this._anyListeners;
			for (let n = 0; n < t.length; n++) if (e === t[n]) return t.splice(n, 1), this;
		} else this._anyListeners = [];
		return this;
	}
	listenersAny() {
		return this._anyListeners || [];
	}
	onAnyOutgoing(e) {
		return this._anyOutgoingListeners = this._anyOutgoingListeners || [], this._anyOutgoingListeners.push(e), this;
	}
	prependAnyOutgoing(e) {
		return this._anyOutgoingListeners = this._anyOutgoingListeners || [], this._anyOutgoingListeners.unshift(e), this;
	}
	offAnyOutgoing(e) {
		if (!this._anyOutgoingListeners) return this;
		if (e) {
			let t = this._anyOutgoingListeners;
			for (let n = 0; n < t.length; n++) if (e === t[n]) return t.splice(n, 1), this;
		} else this._anyOutgoingListeners = [];
		return this;
	}
	listenersAnyOutgoing() {
		return this._anyOutgoingListeners || [];
	}
	notifyOutgoingListeners(e) {
		if (this._anyOutgoingListeners && this._anyOutgoingListeners.length) {
			let t = this._anyOutgoingListeners.slice();
			for (let n of t) n.apply(this, e.data);
		}
	}
};
// ../../node_modules/socket.io-client/build/esm/contrib/backo2.js
function A(e) {
	e ||= {}, this.ms = e.min || 100, this.max = e.max || 1e4, this.factor = e.factor || 2, this.jitter = e.jitter > 0 && e.jitter <= 1 ? e.jitter : 0, this.attempts = 0;
}
A.prototype.duration = function() {
	var e = this.ms * this.factor ** +this.attempts++;
	if (this.jitter) {
		var t = Math.random(), n = Math.floor(t * this.jitter * e);
		e = Math.floor(t * 10) & 1 ? e + n : e - n;
	}
	return Math.min(e, this.max) | 0;
}, A.prototype.reset = function() {
	this.attempts = 0;
}, A.prototype.setMin = function(e) {
	this.ms = e;
}, A.prototype.setMax = function(e) {
	this.max = e;
}, A.prototype.setJitter = function(e) {
	this.jitter = e;
};
// ../../node_modules/socket.io-client/build/esm/manager.js
var Zt = class extends E {
	constructor(e, t) {
		super(), this.nsps = {}, this.subs = [], e && typeof e == "object" && (t = e, e = void 0), t ||= {}, t.path = t.path || "/socket.io", this.opts = t, Je(this, t), this.reconnection(t.reconnection !== !1), this.reconnectionAttempts(t.reconnectionAttempts || Infinity), this.reconnectionDelay(t.reconnectionDelay || 1e3), this.reconnectionDelayMax(t.reconnectionDelayMax || 5e3), this.randomizationFactor(t.randomizationFactor ?? .5), this.backoff = new A({
			min: this.reconnectionDelay(),
			max: this.reconnectionDelayMax(),
			jitter: this.randomizationFactor()
		}), this.timeout(t.timeout == null ? 2e4 : t.timeout), this._readyState = "closed", this.uri = e;
		let n = t.parser || Rt;
		this.encoder = new n.Encoder(), this.decoder = new n.Decoder(), this._autoConnect = t.autoConnect !== !1, this._autoConnect && this.open();
	}
	reconnection(e) {
		return arguments.length ? (this._reconnection = !!e, e || (this.skipReconnect = !0), this) : this._reconnection;
	}
	reconnectionAttempts(e) {
		return e === void 0 ? this._reconnectionAttempts : (this._reconnectionAttempts = e, this);
	}
	reconnectionDelay(e) {
		var t;
		return e === void 0 ? this._reconnectionDelay : (this._reconnectionDelay = e, (t = this.backoff) == null || t.setMin(e), this);
	}
	randomizationFactor(e) {
		var t;
		return e === void 0 ? this._randomizationFactor : (this._randomizationFactor = e, (t = this.backoff) == null || t.setJitter(e), this);
	}
	reconnectionDelayMax(e) {
		var t;
		return e === void 0 ? this._reconnectionDelayMax : (this._reconnectionDelayMax = e, (t = this.backoff) == null || t.setMax(e), this);
	}
	timeout(e) {
		return arguments.length ? (this._timeout = e, this) : this._timeout;
	}
	maybeReconnectOnOpen() {
		!this._reconnecting && this._reconnection && this.backoff.attempts === 0 && this.reconnect();
	}
	open(e) {
		if (~this._readyState.indexOf("open")) return this;
		this.engine = new Tt(this.uri, this.opts);
		let t = this.engine, n = this;
		this._readyState = "opening", this.skipReconnect = !1;
		let r = k(t, "open", function() {
			n.onopen(), e && e();
		}), i = (t) => {
			this.cleanup(), this._readyState = "closed", this.emitReserved("error", t), e ? e(t) : this.maybeReconnectOnOpen();
		}, a = k(t, "error", i);
		if (!1 !== this._timeout) {
			let e = this._timeout, n = this.setTimeoutFn(() => {
				r(), i(/* @__PURE__ */ Error("timeout")), t.close();
			}, e);
			this.opts.autoUnref && n.unref(), this.subs.push(() => {
				this.clearTimeoutFn(n);
			});
		}
		return this.subs.push(r), this.subs.push(a), this;
	}
	connect(e) {
		return this.open(e);
	}
	onopen() {
		this.cleanup(), this._readyState = "open", this.emitReserved("open");
		let e = this.engine;
		this.subs.push(k(e, "ping", this.onping.bind(this)), k(e, "data", this.ondata.bind(this)), k(e, "error", this.onerror.bind(this)), k(e, "close", this.onclose.bind(this)), k(this.decoder, "decoded", this.ondecoded.bind(this)));
	}
	onping() {
		this.emitReserved("ping");
	}
	ondata(e) {
		try {
			this.decoder.add(e);
		} catch (e) {
			this.onclose("parse error", e);
		}
	}
	ondecoded(e) {
		Ue(() => {
			this.emitReserved("packet", e);
		}, this.setTimeoutFn);
	}
	onerror(e) {
		this.emitReserved("error", e);
	}
	socket(e, t) {
		let n = this.nsps[e];
		return n ? this._autoConnect && !n.active && n.connect() : (n = new Xt(this, e, t), this.nsps[e] = n), n;
	}
	_destroy(e) {
		let t = Object.keys(this.nsps);
		for (let e of t) if (this.nsps[e].active) return;
		this._close();
	}
	_packet(e) {
		let t = this.encoder.encode(e);
		for (let n = 0; n < t.length; n++) this.engine.write(t[n], e.options);
	}
	cleanup() {
		this.subs.forEach((e) => e()), this.subs.length = 0, this.decoder.destroy();
	}
	_close() {
		this.skipReconnect = !0, this._reconnecting = !1, this.onclose("forced close");
	}
	disconnect() {
		return this._close();
	}
	onclose(e, t) {
		var n;
		this.cleanup(), (n = this.engine) == null || n.close(), this.backoff.reset(), this._readyState = "closed", this.emitReserved("close", e, t), this._reconnection && !this.skipReconnect && this.reconnect();
	}
	reconnect() {
		if (this._reconnecting || this.skipReconnect) return this;
		let e = this;
		if (this.backoff.attempts >= this._reconnectionAttempts) this.backoff.reset(), this.emitReserved("reconnect_failed"), this._reconnecting = !1;
		else {
			let t = this.backoff.duration();
			this._reconnecting = !0;
			let n = this.setTimeoutFn(() => {
				e.skipReconnect || (this.emitReserved("reconnect_attempt", e.backoff.attempts), e.skipReconnect || e.open((t) => {
					t ? (e._reconnecting = !1, e.reconnect(), this.emitReserved("reconnect_error", t)) : e.onreconnect();
				}));
			}, t);
			this.opts.autoUnref && n.unref(), this.subs.push(() => {
				this.clearTimeoutFn(n);
			});
		}
	}
	onreconnect() {
		let e = this.backoff.attempts;
		this._reconnecting = !1, this.backoff.reset(), this.emitReserved("reconnect", e);
	}
}, Qt = {};
function $t(e, t) {
	typeof e == "object" && (t = e, e = void 0), t ||= {};
	let n = Et(e, t.path || "/socket.io"), r = n.source, i = n.id, a = n.path, o = Qt[i] && a in Qt[i].nsps, s = t.forceNew || t["force new connection"] || !1 === t.multiplex || o, c;
	return s ? c = new Zt(r, t) : (Qt[i] || (Qt[i] = new Zt(r, t)), c = Qt[i]), n.query && !t.query && (t.query = n.queryKey), c.socket(n.path, t);
}
Object.assign($t, {
	Manager: Zt,
	Socket: Xt,
	io: $t,
	connect: $t
});
// ../../node_modules/idb/build/index.js
var en = (e, t) => t.some((t) => e instanceof t), tn, nn;
function rn() {
	return tn ||= [
		IDBIndex,
		IDBObjectStore,
		IDBCursor,
		IDBDatabase,
		IDBTransaction
	];
}
function an() {
	return nn ||= [
		"advance",
		"continue",
		"continuePrimaryKey"
	].map((e) => IDBCursor.prototype[e]);
}
var on = /* @__PURE__ */ new WeakMap(), sn = /* @__PURE__ */ new WeakMap(), cn = /* @__PURE__ */ new WeakMap();
function ln(e) {
	let t = new Promise((t, n) => {
		let r = () => {
			e.removeEventListener("success", i), e.removeEventListener("error", a);
		}, i = () => {
			t(j(e.result)), r();
		}, a = () => {
			n(e.error), r();
		};
		e.addEventListener("success", i), e.addEventListener("error", a);
	});
	return cn.set(t, e), t;
}
function un(e) {
	if (on.has(e)) return;
	let t = new Promise((t, n) => {
		let r = () => {
			e.removeEventListener("complete", i), e.removeEventListener("error", a), e.removeEventListener("abort", a);
		}, i = () => {
			t(), r();
		}, a = () => {
			n(e.error || new DOMException("AbortError", "AbortError")), r();
		};
		e.addEventListener("complete", i), e.addEventListener("error", a), e.addEventListener("abort", a);
	});
	on.set(e, t);
}
var dn = {
	get(e, t, n) {
		if (e instanceof IDBTransaction) {
			if (t === "done") return on.get(e);
			if (t === "store") return n.objectStoreNames[1] ? void 0 : n.objectStore(n.objectStoreNames[0]);
		}
		return j(e[t]);
	},
	set(e, t, n) {
		return e[t] = n, !0;
	},
	has(e, t) {
		return e instanceof IDBTransaction && (t === "done" || t === "store") || t in e;
	}
};
function fn(e) {
	dn = e(dn);
}
function pn(e) {
	return an().includes(e) ? function(...t) {
		return e.apply(hn(this), t), j(this.request);
	} : function(...t) {
		return j(e.apply(hn(this), t));
	};
}
function mn(e) {
	return typeof e == "function" ? pn(e) : (e instanceof IDBTransaction && un(e), en(e, rn()) ? new Proxy(e, dn) : e);
}
function j(e) {
	if (e instanceof IDBRequest) return ln(e);
	if (sn.has(e)) return sn.get(e);
	let t = mn(e);
	return Object.is(t, e) || (sn.set(e, t), cn.set(t, e)), t;
}
var hn = (e) => cn.get(e);
function gn(e, t, { blocked: n, upgrade: r, blocking: i, terminated: a } = {}) {
	let o = indexedDB.open(e, t), s = j(o);
	return r && o.addEventListener("upgradeneeded", (e) => {
		r(j(o.result), e.oldVersion, e.newVersion, j(o.transaction), e);
	}), n && o.addEventListener("blocked", (e) => n(e.oldVersion, e.newVersion, e)), s.then((e) => {
		a && e.addEventListener("close", () => a()), i && e.addEventListener("versionchange", (e) => i(e.oldVersion, e.newVersion, e));
	}).catch(() => {}), s;
}
function _n(e, { blocked: t } = {}) {
	let n = indexedDB.deleteDatabase(e);
	return t && n.addEventListener("blocked", (e) => t(e.oldVersion, e)), j(n).then(() => void 0);
}
var vn = [
	"get",
	"getKey",
	"getAll",
	"getAllKeys",
	"count"
], yn = [
	"put",
	"add",
	"delete",
	"clear"
], bn = {};
function xn(e, t) {
	if (!(e instanceof IDBDatabase && !(t in e) && typeof t == "string")) return;
	if (bn[t]) return bn[t];
	let n = t.replace(/FromIndex$/, ""), r = t !== n, i = yn.includes(n);
	return !(n in (r ? IDBIndex : IDBObjectStore).prototype) || !(i || vn.includes(n)) ? void 0 : bn[t] = async function(e, ...t) {
		let a = this.transaction(e, i ? "readwrite" : "readonly"), o = a.store;
		return r && (o = o.index(t.shift())), (await Promise.all([o[n](...t), i && a.done]))[0];
	};
}
fn((e) => ({
	...e,
	get: (t, n, r) => xn(t, n) || e.get(t, n, r),
	has: (t, n) => !!xn(t, n) || e.has(t, n)
}));
var Sn = [
	"advance",
	"continue",
	"continuePrimaryKey"
], Cn = {}, wn = /* @__PURE__ */ new WeakMap(), Tn = /* @__PURE__ */ new WeakMap(), En = { get(e, t) {
	if (!Sn.includes(t)) return e[t];
	let n = Cn[t];
	return n ||= Cn[t] = function(...e) {
		wn.set(this, Tn.get(this)[t](...e));
	}, n;
} };
async function* Dn(...e) {
	let t = this;
	if (t instanceof IDBCursor || (t = await t.openCursor(...e)), !t) return;
	t = t;
	let n = new Proxy(t, En);
	for (Tn.set(n, t), cn.set(n, hn(t)); t;) yield n, t = await (wn.get(n) || t.continue()), wn.delete(n);
}
function On(e, t) {
	return t === Symbol.asyncIterator && en(e, [
		IDBIndex,
		IDBObjectStore,
		IDBCursor
	]) || t === "iterate" && en(e, [IDBIndex, IDBObjectStore]);
}
fn((e) => ({
	...e,
	get(t, n, r) {
		return On(t, n) ? Dn : e.get(t, n, r);
	},
	has(t, n) {
		return On(t, n) || e.has(t, n);
	}
}));
// ../../client-ts/dist/index.js
var kn = {
	event: "request",
	payload: ({ name: e, version: t, data: n }) => ({
		name: e,
		version: t,
		data: n
	})
};
function An(e) {
	return e;
}
var jn = {
	baseMs: 500,
	capMs: 1e4
};
function Mn(e, { baseMs: t, capMs: n }, r) {
	let i = Math.min(n, t * 2 ** (e - 1));
	return r() * i;
}
var Nn = { status: "idle" }, Pn = { status: "closed" }, Fn = 2e3, In = 6e4, Ln = class {
	#e;
	#t = /* @__PURE__ */ new Set();
	#n = Nn;
	#r = null;
	#i = 0;
	#a = null;
	#o = !1;
	#s = 0;
	#c = 0;
	#l = {};
	#u = null;
	#d = null;
	#f = null;
	constructor(e) {
		this.#e = e;
	}
	getSnapshot = () => this.#n;
	subscribe = (e) => {
		let t = () => e();
		return this.#t.add(t), () => void this.#t.delete(t);
	};
	get isOpen() {
		return this.#a !== null;
	}
	get socketId() {
		return this.isOpen ? this.#r?.id : void 0;
	}
	connect() {
		let { status: e } = this.#n;
		(e === "idle" || e === "refused" || e === "closed") && this.#p();
	}
	reconnect() {
		this.#w(), this.#p();
	}
	disconnect() {
		this.#n.status !== "closed" && (this.#l = {}, this.#w(), this.#C(Pn));
	}
	emit(e, t, n) {
		return !this.isOpen || this.#r === null ? !1 : (this.#r.emit(e, t, n), !0);
	}
	endsFor(e, t) {
		this.#l = { closing: e }, this.#u = t === void 0 ? null : Math.min(t, In);
	}
	#p() {
		this.#s = 0, this.#c = 0, this.#f ??= this.#e.onWake(() => this.#b(), () => this.#x()), this.#D(this.#v(), () => this.#e.events.started()), this.#E() && this.#r === null && this.#m();
	}
	#m() {
		if (this.#T(), this.#_(), this.#c += 1, this.#r === null && this.#E()) {
			this.#i = Date.now();
			try {
				this.#r = this.#e.openSocket(this.#h());
			} catch (e) {
				this.#e.events.unable(e), this.#g();
			}
		}
	}
	#h() {
		let { events: e } = this.#e;
		return {
			opened: (t) => {
				this.#a = Date.now(), this.#o = !0, this.#c = 0, this.#l = {}, this.#u = null, e.opened(), this.isOpen && this.#D({
					status: "connected",
					...t
				});
			},
			moved: (e) => this.#D({
				status: "connected",
				...e
			}),
			refused: (e) => {
				this.#r = null;
				let { message: t, httpStatus: n } = this.#e.describe(e);
				this.#C({
					status: "refused",
					errorCode: e.errorCode,
					message: t,
					httpStatus: n,
					...this.#l
				});
			},
			failed: () => {
				this.#r = null, this.#g();
			},
			lost: () => {
				this.#y(), this.#w(), this.#g();
			},
			received: (t, n) => e.received(t, n)
		};
	}
	#g() {
		let { status: e } = this.#n;
		if (e === "closed" || e === "refused" || this.#r !== null) return;
		this.#s += 1;
		let t = this.#u ?? Mn(this.#s, this.#e.backoff, this.#e.random);
		this.#u = null, this.#d = setTimeout(() => this.#m(), t), this.#_();
	}
	#_() {
		this.#D(this.#v());
	}
	#v() {
		return {
			status: this.#o ? "reconnecting" : "connecting",
			attempt: this.#c + 1,
			...this.#l
		};
	}
	#y() {
		(this.#a === null ? 0 : Date.now() - this.#a) >= this.#e.backoff.capMs && (this.#s = 0);
	}
	#b() {
		if (this.#r === null) return this.#m();
		(this.isOpen ? this.#r?.isStale() === !0 : this.#S()) && this.reconnect();
	}
	#x() {
		this.#T(), this.#w(), this.#r === null && this.#n.status !== "closed" && this.#_();
	}
	#S() {
		return this.#r !== null && Date.now() - this.#i >= Fn;
	}
	#C(e) {
		this.#T(), this.#f?.(), this.#f = null, this.#o = !1, this.#n = e, this.#e.events.stopped(), this.#O();
	}
	#w() {
		let e = this.isOpen;
		this.#r?.close(), this.#r = null, this.#a = null, e && this.#e.events.lost();
	}
	#T() {
		this.#d !== null && clearTimeout(this.#d), this.#d = null;
	}
	#E() {
		return this.#n.status === "connecting" || this.#n.status === "reconnecting";
	}
	#D(e, t = () => {}) {
		Rn(this.#n, e) || (this.#n = e, t(), this.#O());
	}
	#O() {
		for (let e of [...this.#t]) e();
	}
};
function Rn(e, t) {
	return JSON.stringify(e) === JSON.stringify(t);
}
var zn = class {
	#e;
	#t;
	#n = /* @__PURE__ */ new Set();
	#r;
	#i = !1;
	#a = null;
	constructor({ first: e, second: t, patienceMs: n }, r) {
		this.#e = r, this.#t = t, n !== null && (this.#r = setTimeout(() => this.#o(), n)), this.#s(e);
	}
	get id() {
		return this.#a?.id;
	}
	emit(e, t, n) {
		this.#a?.emit(e, t, n);
	}
	isStale() {
		return this.#a?.isStale() ?? !1;
	}
	close() {
		this.#u();
	}
	#o() {
		this.#i || (this.#i = !0, clearTimeout(this.#r), this.#s(this.#t));
	}
	#s(e) {
		let t = this.#e, n = e({
			opened: (e) => this.#c(n, e),
			moved: () => t.moved(),
			moveFailed: (e) => t.moveFailed(e),
			refused: (e) => {
				this.#u(), t.refused(e);
			},
			failed: (e) => this.#l(n, e),
			lost: (e) => {
				this.#u(), t.lost(e);
			},
			received: (e, n) => t.received(e, n)
		});
		this.#n.add(n);
	}
	#c(e, t) {
		this.#a = e, this.#n.delete(e), this.#u(), this.#n.add(e), this.#e.opened(t);
	}
	#l(e, t) {
		this.#n.delete(e), this.#o(), this.#n.size === 0 && this.#e.failed(t);
	}
	#u() {
		this.#i = !0, clearTimeout(this.#r);
		for (let e of this.#n) e.close();
		this.#n.clear();
	}
};
function Bn(e) {
	if (!S(e)) return x("`presence` is not an object");
	let { me: t, more: n } = e;
	if (t !== null && typeof t != "string") return x("`me` is neither a string nor null");
	if (!Gn(n)) return x("`more` is not a count");
	let r = Wn("people", e.people, Un);
	return r.ok ? b({
		me: t,
		people: r.value,
		more: n
	}) : r;
}
function Vn(e) {
	if (!S(e)) return x("a frame is not an object");
	let { room: t } = e;
	if (typeof t != "string") return x("`room` is not a string");
	let n = Wn("changes", e.changes, Hn);
	return n.ok ? b({
		room: t,
		changes: n.value
	}) : n;
}
function Hn(e) {
	let { kind: t, id: n } = e;
	switch (t) {
		case "joined":
		case "afk":
		case "back":
		case "updated": {
			let n = Un(e);
			return n.ok ? b({
				kind: t,
				...n.value
			}) : n;
		}
		case "left": return typeof n == "string" ? "user" in e ? b({
			kind: t,
			id: n,
			user: e.user
		}) : x("`user` is missing") : x("`id` is not a string");
		default: return x("`kind` is none of `joined`, `left`, `afk`, `back`, `updated`");
	}
}
function Un(e) {
	let { id: t, user: n, away: r, data: i } = e;
	return typeof t == "string" ? "user" in e ? typeof r == "boolean" ? "data" in e ? b({
		id: t,
		user: n,
		away: r,
		data: i
	}) : x("`data` is missing") : x("`away` is not a boolean") : x("`user` is missing") : x("`id` is not a string");
}
function Wn(e, t, n) {
	if (!Array.isArray(t)) return x(`\`${e}\` is not an array`);
	let r = [];
	for (let i of t) {
		let t = S(i) ? n(i) : x(`an item of \`${e}\` is not an object`);
		if (!t.ok) return t;
		r.push(t.value);
	}
	return b(r);
}
function Gn(e) {
	return typeof e == "number" && Number.isSafeInteger(e) && e >= 0;
}
function Kn(e) {
	return M(e, ({ report: e, ...t }) => {
		if (!("result" in t)) return x("`result` is missing");
		let { result: n } = t;
		return e === void 0 ? b({
			status: "success",
			result: n
		}) : qn(e) ? b({
			status: "success",
			result: n,
			report: e
		}) : x("`report` is none");
	});
}
function qn(e) {
	return S(e) && [
		"delivered",
		"skipped",
		"failed"
	].every((t) => typeof e[t] == "number");
}
function Jn(e) {
	return M(e, ({ rooms: e, pos: t, recovered: n, membership: r, presence: i }) => {
		if (!ee(e)) return x("`rooms` is not an array of strings");
		if (typeof t != "string") return x("`pos` is not a string");
		if (typeof n != "boolean") return x("`recovered` is not a boolean");
		let a = typeof r == "string" ? { membership: r } : {};
		if (i === void 0) return b({
			status: "success",
			rooms: e,
			pos: t,
			recovered: n,
			...a
		});
		let o = Bn(i);
		return o.ok ? b({
			status: "success",
			rooms: e,
			pos: t,
			recovered: n,
			...a,
			presence: o.value
		}) : o;
	});
}
function Yn(e) {
	return M(e, ({ room: e, stateVersion: t, patch: n, ...r }) => {
		if (typeof e != "string") return x("`room` is not a string");
		if (typeof t != "string") return x("`stateVersion` is not a string");
		if ("view" in r) return b({
			status: "success",
			room: e,
			stateVersion: t,
			view: r.view
		});
		let i = C(n);
		return i.ok ? b({
			status: "success",
			room: e,
			stateVersion: t,
			patch: i.value
		}) : i;
	});
}
function Xn(e) {
	return M(e, ({ stateVersion: e }) => typeof e == "string" ? b({
		status: "success",
		stateVersion: e
	}) : x("`stateVersion` is not a string"));
}
function Zn(e) {
	return M(e, ({ rooms: e }) => ee(e) ? b({
		status: "success",
		rooms: e
	}) : x("`rooms` is not an array of strings"));
}
function Qn(e) {
	return M(e, () => b({ status: "success" }));
}
function $n(e) {
	return M(e, () => x("`status` is `success`"));
}
function M(e, t) {
	if (!S(e)) return x("an answer is not an object");
	if (e.status === "success") return t(e);
	if (e.status !== "error") return x("`status` is neither `success` nor `error`");
	let { errorCode: n, errorParams: r, message: i, httpStatus: a } = e;
	return typeof n != "string" || n === "" ? x("`errorCode` is not a code") : S(r) ? typeof i == "string" ? typeof a == "number" ? b({
		status: "error",
		errorCode: n,
		errorParams: r,
		message: i,
		httpStatus: a
	}) : x("`httpStatus` is not a number") : x("`message` is not a string") : x("`errorParams` is not an object");
}
function er({ afterMs: e, limitMs: t, tried: n }) {
	return class extends gt {
		#e;
		doOpen() {
			return this.#e = setTimeout(() => {
				n(), this.#e = setTimeout(() => this.onError("the WebSocket did not answer in time", null), t), super.doOpen();
			}, e), this;
		}
		doClose() {
			clearTimeout(this.#e), super.doClose();
		}
		onClose(e) {
			clearTimeout(this.#e), super.onClose(e);
		}
		onPacket(e) {
			clearTimeout(this.#e), super.onPacket(e);
		}
	};
}
var tr = 5e3, nr = 2e3, rr = class {
	#e;
	#t;
	#n;
	#r;
	#i = !1;
	#a = !1;
	#o = "none";
	#s = Date.now();
	#c = Infinity;
	constructor(e, t, n, r) {
		this.#t = r;
		let i = new Zt(e.url ?? "", {
			path: e.path,
			transports: this.#l(t, Math.min(e.openTimeoutMs, tr)),
			withCredentials: e.withCredentials,
			timeout: e.openTimeoutMs,
			reconnection: !1,
			autoConnect: !1
		});
		this.#e = i.socket("/", { auth: { ...n } }), this.#n = setTimeout(() => this.#p(() => r.failed("timeout")), e.openTimeoutMs), this.#r = setInterval(() => {
			this.isStale() && this.#f("ping timeout");
		}, nr), this.#u(), this.#e.connect(), this.#d();
	}
	get id() {
		return this.#e.id;
	}
	emit(e, t, n) {
		this.#e.emit(e, t, n);
	}
	isStale() {
		return Date.now() - this.#s > this.#c;
	}
	close() {
		this.#p(() => {});
	}
	#l(e, t) {
		if (e.transport === "websocket") return ["websocket"];
		let { moveAfterMs: n } = e;
		return n === null ? ["polling"] : [dt, er({
			afterMs: n,
			limitMs: t,
			tried: () => void (this.#o = "tried")
		})];
	}
	#u() {
		let e = this.#e, t = this.#t;
		e.on("connect", () => {
			clearTimeout(this.#n), this.#a || (this.#i = !0, t.opened(e.io.engine.transport.name === "websocket" ? "websocket" : "polling"));
		}), e.on("connect_error", (n) => {
			let r = e.active ? sr(n) : or(n);
			this.#p(() => r === null ? t.failed(n.message) : t.refused(r));
		}), e.on("disconnect", (e) => this.#f(e)), e.onAny((e, n) => {
			this.#a || t.received(e, n);
		});
	}
	#d() {
		let { engine: e } = this.#e.io;
		e.on("handshake", ({ pingInterval: e, pingTimeout: t }) => {
			this.#c = e + t;
		}), e.on("packet", () => {
			this.#s = Date.now(), this.#o === "made" && (this.#o = "arrived");
		}), e.on("upgrade", () => {
			this.#o = "made", this.#a || this.#t.moved();
		}), e.on("upgradeError", () => {
			this.#a || this.#o !== "tried" || (this.#o = "none", this.#t.moveFailed(!1));
		}), e.on("close", (e) => {
			e !== "forced close" && this.#f(e);
		});
	}
	#f(e) {
		this.#p(() => {
			(this.#o === "tried" || this.#o === "made") && this.#t.moveFailed(!0), this.#i ? this.#t.lost(e) : this.#t.failed(e);
		});
	}
	#p(e) {
		this.#a || (this.#a = !0, clearTimeout(this.#n), clearInterval(this.#r), this.#e.disconnect(), e());
	}
}, ir = /^[a-z0-9]+(?:-[a-z0-9]+)+$/, ar = /* @__PURE__ */ new Set([
	"session-unavailable",
	"sync-rate-limited",
	"sync-server-failed",
	"sync-shutting-down",
	"sync-timeout"
]);
function or(e) {
	return ir.test(e.message) && !ar.has(e.message) ? { errorCode: e.message } : null;
}
function sr(e) {
	let t = cr(e);
	if (t === null) return null;
	let n = $n(t);
	return n.ok && !ar.has(n.value.errorCode) ? n.value : null;
}
function cr(e) {
	if (!("context" in e)) return null;
	let { context: t } = e;
	if (typeof t != "object" || !t || !("responseText" in t)) return null;
	try {
		return JSON.parse(String(t.responseText));
	} catch {
		return null;
	}
}
var lr = 12e4, ur = 9e5, dr = class {
	#e;
	#t;
	#n;
	constructor(e, t) {
		this.#e = e, this.#t = `syncwright.webSocketFailures ${t}`, this.#n = mr(e.read(this.#t));
	}
	get isFailing() {
		return this.#n !== null;
	}
	pauseMs() {
		if (this.#n === null) return 0;
		let { inARow: e, lastAt: t } = this.#n, n = pr(e), r = t + n - Date.now();
		return Math.min(Math.max(r, 0), n);
	}
	nextPauseMs() {
		return pr((this.#n?.inARow ?? 0) + 1);
	}
	failed() {
		this.#r({
			inARow: (this.#n?.inARow ?? 0) + 1,
			lastAt: Date.now()
		});
	}
	worked() {
		this.#n !== null && this.#r(null);
	}
	#r(e) {
		this.#n = e, this.#e.write(this.#t, e && JSON.stringify(e));
	}
}, fr = {
	read(e) {
		try {
			return globalThis.sessionStorage.getItem(e);
		} catch {
			return null;
		}
	},
	write(e, t) {
		try {
			t === null ? globalThis.sessionStorage.removeItem(e) : globalThis.sessionStorage.setItem(e, t);
		} catch {}
	}
};
function pr(e) {
	return Math.min(ur, lr * 2 ** (e - 1));
}
function mr(e) {
	if (e === null) return null;
	try {
		let t = JSON.parse(e);
		if (!S(t)) return null;
		let { inARow: n, lastAt: r } = t;
		return Number.isSafeInteger(n) && Number(n) >= 1 && Number.isFinite(r) ? {
			inARow: Number(n),
			lastAt: Number(r)
		} : null;
	} catch {
		return null;
	}
}
var hr = 1500;
function gr(e) {
	let t = new dr(e.store ?? fr, `${e.url ?? ""}${e.path}`);
	return (n) => {
		let r = e.handshake(), i = (t) => (n) => new rr(e, t, r, n), { transports: a, patienceMs: o = Math.min(hr, e.openTimeoutMs / 2) } = e;
		if (a.includes("websocket") && a.includes("polling")) {
			let e = t.isFailing ? "polling" : a[0] ?? "websocket";
			return new zn(vr(i, e, t, o), yr(t, e, n));
		}
		return i(_r(a[0] ?? "websocket"))(yr(null, null, n));
	};
}
function _r(e) {
	return e === "websocket" ? { transport: e } : {
		transport: e,
		moveAfterMs: null
	};
}
function vr(e, t, n, r) {
	let i = e({ transport: "websocket" });
	return t === "websocket" ? {
		first: i,
		second: e({
			transport: "polling",
			moveAfterMs: n.nextPauseMs()
		}),
		patienceMs: r
	} : {
		first: e({
			transport: "polling",
			moveAfterMs: n.pauseMs()
		}),
		second: i,
		patienceMs: n.isFailing ? null : r
	};
}
function yr(e, t, n) {
	let r = (t) => ({
		transport: t,
		isWebSocketFailing: e?.isFailing ?? !1
	}), i = !1, a = (e) => {
		i && n.moved(r(e));
	};
	return {
		refused: (e) => n.refused(e),
		failed: (e) => n.failed(e),
		lost: (e) => n.lost(e),
		received: (e, t) => n.received(e, t),
		opened: (a) => {
			a === "websocket" ? e?.worked() : t === "websocket" && e?.failed(), i = !0, n.opened(r(a));
		},
		moved: () => {
			e?.worked(), a("websocket");
		},
		moveFailed: (t) => {
			e?.failed(), t || a("polling");
		}
	};
}
var br = 2e3, xr = (e, t) => {
	let n = Sr(e);
	if (typeof window > "u" || typeof document > "u") return n;
	let r = () => {
		document.visibilityState === "visible" && e();
	}, i = ({ persisted: e }) => {
		e && t();
	};
	return window.addEventListener("online", e), window.addEventListener("pageshow", e), window.addEventListener("pagehide", i), document.addEventListener("resume", e), document.addEventListener("visibilitychange", r), () => {
		n(), window.removeEventListener("online", e), window.removeEventListener("pageshow", e), window.removeEventListener("pagehide", i), document.removeEventListener("resume", e), document.removeEventListener("visibilitychange", r);
	};
};
function Sr(e) {
	let t = Date.now(), n = setInterval(() => {
		let n = Date.now() - t;
		t = Date.now(), n >= 4e3 && e();
	}, br);
	return () => clearInterval(n);
}
function Cr(e) {
	return kr(e, ({ results: e }) => {
		let t = Ar(e, "results", jr);
		return t.ok ? b({
			status: "success",
			results: t.value
		}) : t;
	});
}
function wr(e) {
	return kr(e, ({ changes: e, cursor: t, hasMore: n, epoch: r }) => {
		let i = Ar(e, "changes", Pr);
		return i.ok ? N(t) ? typeof n == "boolean" ? typeof r == "string" ? b({
			status: "success",
			changes: i.value,
			cursor: t,
			hasMore: n,
			epoch: r
		}) : x("`epoch` is not a string") : x("`hasMore` is neither true nor false") : x("`cursor` is not a number") : i;
	});
}
function Tr(e) {
	return kr(e, ({ data: e, cursor: t, epoch: n, next: r }) => !S(e) || !Object.values(e).every(S) ? x("`data` is not an object of objects") : N(t) ? typeof n == "string" ? r !== void 0 && typeof r != "string" ? x("`next` is not a string") : b({
		status: "success",
		data: e,
		cursor: t,
		epoch: n,
		next: r
	}) : x("`epoch` is not a string") : x("`cursor` is not a number"));
}
function Er(e) {
	if (!S(e)) return x("an answer is not an object");
	if (e.status === "error") return $n(e);
	if (e.status !== "success") return x("`status` is neither `success` nor `error`");
	if (!S(e.scopes)) return x("`scopes` is not an object");
	let t = [];
	for (let [n, r] of Object.entries(e.scopes)) {
		let e = S(r) && "errorCode" in r ? Mr(r) : Nr(r);
		if (!e.ok) return e;
		t.push([n, e.value]);
	}
	return b({
		status: "success",
		scopes: Object.fromEntries(t)
	});
}
function Dr(e) {
	if (!S(e)) return x("a frame is not an object");
	let { scope: t, cursor: n, changes: r = [] } = e;
	if (typeof t != "string") return x("`scope` is not a string");
	if (!N(n)) return x("`cursor` is not a number");
	let i = Ar(r, "changes", Pr);
	return i.ok ? b({
		scope: t,
		cursor: n,
		changes: i.value
	}) : i;
}
function Or(e) {
	if (!S(e)) return x("a frame is not an object");
	let { scope: t } = e;
	if (typeof t != "string") return x("`scope` is not a string");
	let n = Mr(e);
	return n.ok ? b({
		scope: t,
		...n.value
	}) : n;
}
function kr(e, t) {
	return S(e) ? e.status === "error" ? $n(e) : e.status === "success" ? S(e.result) ? t(e.result) : x("`result` is not an object") : x("`status` is neither `success` nor `error`") : x("an answer is not an object");
}
function Ar(e, t, n) {
	if (!Array.isArray(e)) return x(`\`${t}\` is not a list`);
	let r = [];
	for (let t of e) {
		let e = n(t);
		if (!e.ok) return e;
		r.push(e.value);
	}
	return b(r);
}
function jr(e) {
	if (!S(e)) return x("a result is not an object");
	let { id: t, ok: n, cursor: r, settled: i } = e;
	if (typeof t != "string") return x("`id` is not a string");
	if (n === !0) return N(r) ? b({
		id: t,
		ok: n,
		cursor: r
	}) : x("`cursor` is not a number");
	if (n !== !1) return x("`ok` is neither true nor false");
	let a = Mr(e);
	return a.ok ? b({
		id: t,
		ok: n,
		isSettled: i !== !1,
		refusal: a.value
	}) : a;
}
function Mr(e) {
	let { errorCode: t, errorParams: n, message: r } = e;
	return typeof t != "string" || t === "" ? x("`errorCode` is not a code") : S(n) ? typeof r == "string" ? b({
		errorCode: t,
		errorParams: n,
		message: r
	}) : x("`message` is not a string") : x("`errorParams` is not an object");
}
function Nr(e) {
	if (!S(e)) return x("a scope is not an object");
	let { cursor: t, epoch: n } = e;
	return N(t) ? typeof n == "string" ? b({
		cursor: t,
		epoch: n
	}) : x("`epoch` is not a string") : x("`cursor` is not a number");
}
function Pr(e) {
	if (!S(e)) return x("a change is not an object");
	let { cursor: t, entity: n, id: r, op: i, data: a, ts: o } = e;
	return N(t) ? typeof n == "string" ? typeof r == "string" ? i !== "create" && i !== "update" && i !== "delete" ? x("`op` is none that is known") : i !== "delete" && a === void 0 ? x("`data` is missing") : typeof o == "number" ? b({
		cursor: t,
		entity: n,
		id: r,
		op: i,
		data: i === "delete" ? void 0 : a,
		ts: o
	}) : x("`ts` is not a number") : x("`id` is not a string") : x("`entity` is not a string") : x("`cursor` is not a number");
}
function N(e) {
	return typeof e == "number" && Number.isSafeInteger(e) && e >= 0;
}
var Fr = {
	sync: Rr,
	state: zr,
	presence: Vn,
	syncStream: Br,
	roomLost: Vr,
	gap: Hr,
	closing: Ur,
	poke: Dr,
	unsubscribed: Or
};
function Ir(e) {
	return Object.hasOwn(Fr, e);
}
function Lr(e, t) {
	return Fr[e](t);
}
function Rr(e) {
	if (!S(e)) return x("a frame is not an object");
	let { status: t, cb: n, room: r } = e;
	if (typeof n != "string") return x("`cb` is not a string");
	if (typeof r != "string") return x("`room` is not a string");
	switch (t) {
		case "success": return Wr(n, r, e);
		case "error": return Gr(n, r, e);
		case "stream": return "stream" in e ? b({
			status: t,
			cb: n,
			room: r,
			stream: e.stream
		}) : x("`stream` is missing");
		default: return x("`status` is none of `success`, `error`, `stream`");
	}
}
function zr(e) {
	if (!S(e)) return x("a frame is not an object");
	let { cb: t, room: n, pos: r, from: i, to: a } = e;
	if (typeof t != "string") return x("`cb` is not a string");
	if (typeof n != "string") return x("`room` is not a string");
	if (typeof r != "string") return x("`pos` is not a string");
	if (typeof a != "string") return x("`to` is not a string");
	if ("view" in e) return b({
		cb: t,
		room: n,
		pos: r,
		to: a,
		view: e.view
	});
	if (typeof i != "string") return x("`from` is not a string");
	let o = C(e.patch);
	return o.ok ? b({
		cb: t,
		room: n,
		pos: r,
		from: i,
		to: a,
		patch: o.value
	}) : o;
}
function Br(e) {
	if (!S(e)) return x("a frame is not an object");
	let { id: t } = e;
	return typeof t == "string" ? "stream" in e ? b({
		id: t,
		stream: e.stream
	}) : x("`stream` is missing") : x("`id` is not a string");
}
function Vr(e) {
	if (!S(e)) return x("a frame is not an object");
	let { room: t } = e;
	if (typeof t != "string") return x("`room` is not a string");
	let n = $n(e.error);
	return n.ok ? b({
		room: t,
		error: n.value
	}) : n;
}
function Hr(e) {
	if (!S(e)) return x("a frame is not an object");
	let { room: t, pos: n, membership: r } = e;
	return typeof t == "string" ? typeof n == "string" ? b(typeof r == "string" ? {
		room: t,
		pos: n,
		membership: r
	} : {
		room: t,
		pos: n
	}) : x("`pos` is not a string") : x("`room` is not a string");
}
function Ur(e) {
	if (!S(e)) return x("a frame is not an object");
	let { reason: t, reconnectInMs: n } = e;
	return typeof t != "string" || t === "" ? x("`reason` is not a code") : n === void 0 ? b({ reason: t }) : typeof n == "number" && n >= 0 ? b({
		reason: t,
		reconnectInMs: n
	}) : x("`reconnectInMs` is no time");
}
function Wr(e, t, n) {
	let { pos: r, serverOutput: i, clientOutput: a } = n;
	return typeof r == "string" ? "serverOutput" in n ? "clientOutput" in n ? b({
		status: "success",
		cb: e,
		room: t,
		pos: r,
		serverOutput: i,
		clientOutput: a
	}) : x("`clientOutput` is missing") : x("`serverOutput` is missing") : x("`pos` is not a string");
}
function Gr(e, t, n) {
	let { pos: r, errorCode: i, errorParams: a, message: o } = n;
	return typeof r == "string" ? typeof i != "string" || i === "" ? x("`errorCode` is not a code") : S(a) ? typeof o == "string" ? b({
		status: "error",
		cb: e,
		room: t,
		pos: r,
		errorCode: i,
		errorParams: a,
		message: o
	}) : x("`message` is not a string") : x("`errorParams` is not an object") : x("`pos` is not a string");
}
var Kr = {
	de: {
		"auth-required": "Bitte melde dich zuerst an.",
		"connection-refused": "Der Server hat die Verbindung abgelehnt.",
		"offline-dropped": "Eine offline gemachte Änderung konnte nicht gesendet werden ({$reason}).",
		"offline-queue-full": "Zu viele Änderungen warten auf eine Verbindung.",
		"origin-forbidden": "Diese Website darf diesen Server nicht benutzen.",
		"sync-bad-request": "Diese Anfrage konnte nicht gesendet werden.",
		"sync-cancelled": "Der Aufruf wurde abgebrochen.",
		"sync-disconnected": "Die Verbindung ist abgebrochen, bevor die Antwort da war.",
		"sync-server-failed": "Bei uns ist etwas schiefgegangen.",
		"sync-timeout": "Die Antwort hat zu lange gedauert; versuche es noch einmal."
	},
	en: {
		"auth-required": "Please sign in first.",
		"connection-refused": "The server refused the connection.",
		"offline-dropped": "A change made offline could not be sent ({$reason}).",
		"offline-queue-full": "Too many changes are waiting for a connection.",
		"origin-forbidden": "This website may not use this server.",
		"sync-bad-request": "This request could not be sent.",
		"sync-cancelled": "The call was cancelled.",
		"sync-disconnected": "The connection was lost before the answer arrived.",
		"sync-server-failed": "Something went wrong on our side.",
		"sync-timeout": "The answer took too long. Please try again."
	},
	fr: {
		"auth-required": "Veuillez d’abord vous connecter.",
		"connection-refused": "Le serveur a refusé la connexion.",
		"offline-dropped": "Une modification faite hors ligne n’a pas pu être envoyée ({$reason}).",
		"offline-queue-full": "Trop de modifications attendent une connexion.",
		"origin-forbidden": "Ce site web n’a pas le droit d’utiliser ce serveur.",
		"sync-bad-request": "Cette requête n’a pas pu être envoyée.",
		"sync-cancelled": "L’appel a été annulé.",
		"sync-disconnected": "La connexion a été perdue avant l’arrivée de la réponse.",
		"sync-server-failed": "Une erreur s’est produite de notre côté.",
		"sync-timeout": "La réponse a mis trop de temps à arriver ; veuillez réessayer."
	},
	nl: {
		"auth-required": "Meld je eerst aan.",
		"connection-refused": "De server heeft de verbinding geweigerd.",
		"offline-dropped": "Een offline gemaakte wijziging kon niet worden verzonden ({$reason}).",
		"offline-queue-full": "Er wachten te veel wijzigingen op een verbinding.",
		"origin-forbidden": "Deze website mag deze server niet gebruiken.",
		"sync-bad-request": "Dit verzoek kon niet worden verzonden.",
		"sync-cancelled": "De aanroep is geannuleerd.",
		"sync-disconnected": "De verbinding is verbroken voordat het antwoord er was.",
		"sync-server-failed": "Er ging bij ons iets mis.",
		"sync-timeout": "Het antwoord duurde te lang; probeer het opnieuw."
	}
};
function qr(e, t, n = {}) {
	return Kr[Jr(t)][e].replaceAll(/\{\$([\w-]+)\}/g, (e, t) => Object.hasOwn(n, t) ? String(n[t]) : e);
}
function Jr(e) {
	let t = e?.split(/[-_]/)[0]?.toLowerCase() ?? "";
	return Yr(t) ? t : "en";
}
function Yr(e) {
	return Object.hasOwn(Kr, e);
}
var Xr = {
	"auth-required": 401,
	"offline-dropped": 503,
	"offline-queue-full": 503,
	"origin-forbidden": 403,
	"sync-bad-request": 400,
	"sync-cancelled": 499,
	"sync-disconnected": 503,
	"sync-server-failed": 500,
	"sync-timeout": 504
};
function Zr(e) {
	return (t, n = {}) => ({
		status: "error",
		errorCode: t,
		errorParams: n,
		message: qr(t, e()),
		httpStatus: Xr[t]
	});
}
function Qr(e, t) {
	let { errorCode: n } = e, r = $r(n) ? n : null;
	return {
		status: "error",
		errorCode: n,
		errorParams: {},
		message: e.message ?? qr(r ?? "connection-refused", t),
		httpStatus: e.httpStatus ?? (r === null ? 403 : Xr[r])
	};
}
function $r(e) {
	return Object.hasOwn(Xr, e);
}
var P = class {
	#e;
	#t = /* @__PURE__ */ new Set();
	constructor(e) {
		this.#e = e;
	}
	get size() {
		return this.#t.size;
	}
	on(e) {
		let t = { listener: e };
		return this.#t.add(t), () => void this.#t.delete(t);
	}
	tell(...e) {
		for (let t of [...this.#t]) if (this.#t.has(t)) try {
			t.listener(...e);
		} catch (e) {
			this.#e({
				kind: "callback-failed",
				route: null,
				error: e
			});
		}
	}
}, ei = 3e5, ti = class {
	#e;
	#t;
	constructor(e, t) {
		this.#e = e, this.#t = `syncwright.page ${t}`;
	}
	take() {
		let e = this.#e.read(this.#t);
		return e === null ? null : (this.#e.write(this.#t, null), ri(e));
	}
	leave(e, t) {
		e(() => {
			let { tab: e, places: n } = t();
			this.#e.write(this.#t, JSON.stringify({
				tab: e,
				places: Object.fromEntries(n),
				at: Date.now()
			}));
		}, () => this.#e.write(this.#t, null));
	}
}, ni = (e, t) => {
	typeof window < "u" && (window.addEventListener("pagehide", e), window.addEventListener("pageshow", t));
};
function ri(e) {
	try {
		let t = JSON.parse(e);
		if (!S(t)) return null;
		let { tab: n, places: r, at: i } = t, a = Date.now() - Number(i), o = a >= 0 && a < ei;
		if (typeof n != "string" || n === "" || !S(r) || !o) return null;
		let s = Object.entries(r).flatMap(([e, t]) => {
			if (!S(t) || typeof t.pos != "string") return [];
			let n = typeof t.membership == "string" ? t.membership : null;
			return [[e, {
				pos: t.pos,
				membership: n
			}]];
		});
		return {
			tab: n,
			places: new Map(s)
		};
	} catch {
		return null;
	}
}
var ii = class {
	name;
	#e;
	#t;
	#n = null;
	constructor(e, t, n) {
		this.name = e, this.#e = t, this.#t = n;
	}
	open() {
		return this.#n ??= gn(this.name, this.#e, {
			upgrade: this.#t,
			blocking: (e, t, n) => {
				n.target.close(), this.#n = null;
			},
			terminated: () => void (this.#n = null)
		}), this.#n.catch(() => this.#n = null), this.#n;
	}
	close() {
		this.#n?.then((e) => e.close()).catch(() => {}), this.#n = null;
	}
};
function ai(e, t) {
	return typeof indexedDB < "u" && typeof navigator < "u" && "locks" in navigator ? new oi(`syncwright ${e}`, t) : null;
}
var oi = class {
	#e;
	#t;
	#n = /* @__PURE__ */ new Set();
	#r = /* @__PURE__ */ new Set();
	#i = null;
	#a = null;
	#o = 0;
	constructor(e, t) {
		this.#e = new ii(e, 1, (e) => void e.createObjectStore("calls", { keyPath: "id" })), this.#t = t;
	}
	async put(e) {
		this.#n.add(e.id), await this.#l(async () => {
			let t = await this.#e.open();
			this.#n.has(e.id) && await t.put("calls", e);
		});
	}
	async remove(e) {
		this.#n.delete(e) && (await (await this.#e.open()).delete("calls", e), this.#d());
	}
	async adopt(e, t, n) {
		let r = await this.#e.open(), i = await r.getAll("calls"), a = i.filter(({ at: e }) => e < t);
		await Promise.all(a.map(({ id: e }) => r.delete("calls", e)));
		let o = i.filter((n) => n.user === e && n.page !== this.#t && n.at >= t), s = [];
		for (let i of new Set(o.map((e) => e.page))) await navigator.locks.request(this.#f(i), { ifAvailable: !0 }, async (a) => {
			if (a === null) return void this.#s(i, e, t, n).catch(() => {});
			s.push(...await this.#c(r, i, e));
		});
		return si(s);
	}
	async #s(e, t, n, r) {
		if (this.#r.has(e)) return;
		this.#r.add(e);
		let i;
		try {
			i = await navigator.locks.request(this.#f(e), async () => r.wanted() ? this.#c(await this.#e.open(), e, t) : []);
		} finally {
			this.#r.delete(e);
		}
		i.length === 0 && r.wanted() && (i = await this.adopt(t, n, r)), i.length > 0 && r.taken(si(i));
	}
	async #c(e, t, n) {
		let r = (e) => e.page === t && e.user === n;
		return (await e.getAll("calls")).some(r) ? this.#l(async () => {
			let t = e.transaction("calls", "readwrite"), n = (await t.store.getAll()).filter(r).map((e) => ({
				...e,
				page: this.#t
			}));
			for (let e of n) this.#n.add(e.id), await t.store.put(e);
			return await t.done, n;
		}) : [];
	}
	async #l(e) {
		this.#o += 1;
		try {
			return await (this.#i ??= this.#u()), await e();
		} finally {
			--this.#o, this.#d();
		}
	}
	#u() {
		return new Promise((e, t) => {
			let n = new Promise((e) => this.#a = e);
			navigator.locks.request(this.#f(this.#t), () => (e(), n)).catch((e) => {
				this.#i = null, t(e);
			});
		});
	}
	#d() {
		this.#n.size > 0 || this.#o > 0 || (this.#a?.(), this.#a = null, this.#i = null);
	}
	#f(e) {
		return `${this.#e.name} ${e}`;
	}
};
function si(e) {
	return [...e].sort((e, t) => e.at - t.at || e.order - t.order);
}
var ci = (e) => {
	switch (e.kind) {
		case "callback-failed":
			console.error(`syncwright: a callback${e.route === null ? "" : ` of ${e.route}`} failed`, e.error);
			return;
		case "unreadable-message":
			console.error(`syncwright: unreadable \`${e.event}\` from the server: ${e.problem}`);
			return;
		case "unsendable-data":
			console.error(`syncwright: the data of a \`${e.event}\` cannot be written as JSON`, e.error);
			return;
		case "offline-not-kept":
			console.error("syncwright: what waits offline cannot be kept by the browser", e.error);
			return;
		case "store-not-kept":
			console.error("syncwright: what a store has cannot be kept by the browser", e.error);
			return;
		case "push-refused":
			console.error(`syncwright: what a store has asked for is refused (${e.errorCode}): ${e.message}`);
			return;
		case "no-presence":
			console.error(`syncwright: who is in \`${e.room}\` cannot be known: the rule of this room has no \`presence\``);
			return;
		case "state-misfit":
			console.error(`syncwright: what has changed in ${e.route} of \`${e.room}\` does not fit what was there`);
			return;
		case "cannot-connect":
			console.error("syncwright: cannot try to connect", e.error);
			return;
	}
};
function li(e) {
	return (t) => {
		try {
			e(t);
		} catch (e) {
			ci(t), console.error("syncwright: `onProblem` failed", e);
		}
	};
}
function ui() {
	let e = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(16));
	return Array.from(e, (e) => e.toString(16).padStart(2, "0")).join("");
}
var di = 3e4, fi = 2e4, pi = class {
	connection;
	parts;
	statusListeners;
	#e;
	#t;
	#n;
	#r;
	#i;
	#a = ui();
	#o = 0;
	constructor({ openSocket: e, onWake: t, random: n = Math.random, store: r = fr, watchLeaving: i = ni, offlineStore: a }, o, s) {
		let c = new ti(r, hi(o)), l = c.take(), u = l?.tab ?? ui();
		this.#r = o.timeoutMs ?? di, this.#n = o.autoConnect ?? !0, this.#t = li(o.onProblem ?? ci), this.#i = () => _i(o) ?? vi(), this.connection = new Ln({
			openSocket: e ?? gr(mi(o, u)),
			onWake: t ?? xr,
			random: n,
			backoff: {
				...jn,
				...o.backoff
			},
			describe: (e) => Qr(e, this.#i()),
			events: this.#s()
		}), this.statusListeners = new P(this.#t), this.connection.subscribe(() => this.statusListeners.tell()), this.parts = s({
			connection: this.connection,
			failure: Zr(this.#i),
			blocked: () => this.#l(),
			onProblem: this.#t,
			defaultTimeoutMs: this.#r,
			random: n,
			offlineStore: a === void 0 ? ai(hi(o), this.#a) : a,
			page: this.#a,
			placesBefore: l?.places ?? /* @__PURE__ */ new Map()
		}), this.#e = Object.values(this.parts), c.leave(i, () => ({
			tab: u,
			places: new Map(this.#e.flatMap((e) => [...e.places?.() ?? []]))
		}));
	}
	use() {
		this.#n && this.connection.getSnapshot().status === "idle" && this.connection.connect();
	}
	newCallId() {
		return this.#o += 1, `${this.#a}-${this.#o.toString(36)}`;
	}
	limits({ timeoutMs: e = this.#r, signal: t } = {}) {
		return {
			timeoutMs: e,
			signal: t
		};
	}
	#s() {
		return {
			started: () => this.#e.forEach((e) => e.started?.()),
			opened: () => this.#e.forEach((e) => e.opened?.()),
			lost: () => [...this.#e].reverse().forEach((e) => e.lost?.()),
			stopped: () => {
				let e = this.#l();
				e !== null && this.#e.forEach((t) => t.stopped?.(e));
			},
			unable: (e) => this.#t({
				kind: "cannot-connect",
				error: e
			}),
			received: (e, t) => {
				Ir(e) && this.#c(e, t);
			}
		};
	}
	#c(e, t) {
		let n = Lr(e, t);
		n.ok ? this.#e.forEach((t) => t.receives?.[e]?.(n.value)) : this.#t({
			kind: "unreadable-message",
			event: e,
			problem: n.problem
		});
	}
	#l() {
		let e = this.connection.getSnapshot();
		return e.status === "closed" ? Zr(this.#i)("sync-disconnected") : e.status === "refused" ? Qr(e, this.#i()) : null;
	}
};
function mi(e, t) {
	return {
		url: e.url,
		path: e.path ?? "/socket.io",
		transports: e.transports ?? ["websocket", "polling"],
		withCredentials: e.withCredentials ?? !1,
		openTimeoutMs: e.connectTimeoutMs ?? fi,
		handshake: () => gi(t, e.token?.(), e.lang?.())
	};
}
function hi({ url: e = "", path: t = "/socket.io" }) {
	return `${e}${t}`;
}
function gi(e, t, n) {
	return {
		...t != null && { token: t },
		...n != null && { lang: n },
		tab: e
	};
}
function _i({ lang: e }) {
	try {
		return e?.();
	} catch {
		return;
	}
}
function vi() {
	return typeof navigator > "u" ? void 0 : navigator.language;
}
function yi(e, { event: t, payload: n }) {
	return async (r) => {
		e.use();
		let { calls: i, rooms: a } = e.parts, o = {
			id: e.newCallId(),
			onChunk: r.onStream,
			isKept: r.whenOffline !== "fail",
			isPatient: r.timeoutMs === void 0
		}, s = n(r);
		return bi(await i.callInTurn(t, s, Kn, e.limits(r), o), s, a);
	};
}
function bi(e, t, n) {
	return e.status !== "error" || e.errorCode !== "sync-not-in-room" ? e : n.refusal(t.receiver ?? "") ?? e;
}
var xi = 2 ** 31 - 1;
function Si({ timeoutMs: e, signal: t }, n) {
	let r = () => {
		a(), n("sync-cancelled");
	}, i = e > xi ? void 0 : setTimeout(() => {
		a(), n("sync-timeout");
	}, e), a = () => {
		clearTimeout(i), t?.removeEventListener("abort", r);
	};
	return t?.addEventListener("abort", r), a;
}
var Ci = class {
	#e;
	#t = /* @__PURE__ */ new Set();
	constructor(e) {
		this.#e = e;
	}
	get size() {
		return this.#t.size;
	}
	wait(e) {
		return e.signal?.aborted === !0 ? Promise.resolve(this.#e("sync-cancelled")) : new Promise((t) => {
			let n = (e) => {
				r(), this.#t.delete(n), t(e);
			}, r = Si(e, (e) => n(this.#e(e)));
			this.#t.add(n);
		});
	}
	settle(e) {
		for (let t of [...this.#t]) t(e);
	}
}, wi = {
	baseMs: 1e3,
	capMs: 3e4
}, Ti = { status: "idle" }, Ei = { status: "joining" }, Di = { status: "joined" }, Oi = class {
	#e;
	#t;
	#n = /* @__PURE__ */ new Map();
	#r = /* @__PURE__ */ new Map();
	#i;
	gaps;
	losses;
	entries;
	exits;
	receives = {
		sync: (e) => {
			e.status !== "stream" && this.#o(e.room, e.pos);
		},
		state: ({ room: e, pos: t }) => void this.#o(e, t),
		roomLost: ({ room: e, error: t }) => this.#s(e, t),
		gap: ({ room: e, pos: t, membership: n }) => {
			let r = this.#n.get(e);
			r !== void 0 && (r.membership = n ?? r.membership, this.#o(e, t), this.gaps.tell(e));
		}
	};
	constructor(e, t) {
		this.#e = e, this.#t = t, this.#i = new Map(e.placesBefore), this.gaps = new P(e.onProblem), this.losses = new P(e.onProblem), this.entries = new P(e.onProblem), this.exits = new P(e.onProblem);
	}
	async join(e, t) {
		let n = this.#e.blocked();
		if (n !== null) return n;
		if (t.signal?.aborted === !0) return this.#e.failure("sync-cancelled");
		let r = this.#g(e), i = r.waiters.wait(t);
		this.#e.connection.isOpen ? this.#l(r) : this.#v(r, Ei);
		let a = await i;
		return this.#p(r), a;
	}
	async leave(e, t) {
		let n = this.#n.get(e);
		return n !== void 0 && (n.isKept = !1, n.waiters.settle(this.#e.failure("sync-cancelled")), ki(n) || this.#_(n)), this.#e.connection.isOpen ? this.#n.has(e) ? this.joined(t) : this.#t.callInTurn("leaveRoom", { room: e }, Zn, t) : {
			status: "success",
			rooms: [...this.#n.keys()]
		};
	}
	joined(e) {
		return this.#t.callInTurn("joinedRooms", {}, Zn, e);
	}
	hold(e, t) {
		let n = this.#g(e), r = n.listeners.on(t);
		return (n.status.status === "idle" || n.status.status === "error") && this.#c(n), () => {
			r(), queueMicrotask(() => this.#p(n));
		};
	}
	watch(e, t) {
		let n = this.#g(e);
		n.isWatched = !0;
		let r = this.hold(e, t);
		return this.#e.connection.isOpen && !n.hasAskedWho && this.#l(n), () => {
			n.isWatched = !1, n.hasAskedWho = !1, r(), queueMicrotask(() => this.#a(n));
		};
	}
	#a(e) {
		this.#n.get(e.name) === e && e.status === Di && this.#e.connection.isOpen && !e.isWatched && this.#l(e);
	}
	places() {
		let e = [...this.#n.values()].flatMap(({ name: e, pos: t, membership: n }) => t === null ? [] : [[e, {
			pos: t,
			membership: n
		}]]);
		return new Map(e);
	}
	status(e) {
		return this.#n.get(e)?.status ?? Ti;
	}
	started() {
		for (let e of [...this.#n.values()]) this.#v(e, Ei);
	}
	refusal(e) {
		return this.#r.get(e);
	}
	opened() {
		this.#r.clear();
		for (let e of [...this.#n.values()]) this.#v(e, Ei), this.#l(e);
	}
	lost() {
		for (let e of [...this.#n.values()]) clearTimeout(e.retry), e.mayHaveSeat = !1, this.#v(e, Ei);
	}
	stopped(e) {
		for (let t of [...this.#n.values()]) this.#v(t, {
			status: "error",
			error: e
		}), t.waiters.settle(e);
	}
	#o(e, t) {
		let n = this.#n.get(e);
		return n !== void 0 && (n.pos = t, n.isPosOfFrame = !0, !0);
	}
	#s(e, t) {
		let n = this.#n.get(e);
		n !== void 0 && this.#d(n, t, !1);
	}
	#c(e) {
		let t = this.#e.blocked();
		t === null ? this.#e.connection.isOpen ? this.#l(e) : this.#v(e, Ei) : this.#v(e, {
			status: "error",
			error: t
		});
	}
	#l(e) {
		clearTimeout(e.retry);
		let t = e.joins += 1, n = e.status === Di, r = n ? null : e.pos;
		n || this.#v(e, Ei), e.mayHaveSeat = !0, e.isPosOfFrame = !1, e.hasAskedWho = e.isWatched;
		let i = {
			room: e.name,
			...r !== null && { after: r },
			...r !== null && e.membership !== null && { membership: e.membership },
			...e.isWatched && { presence: !0 }
		};
		this.#t.callNow("joinRoom", i, Jn, this.#h(), (a) => {
			if (t === e.joins && this.#n.get(e.name) === e && this.#e.connection.isOpen) {
				if (a.status === "error") this.#d(e, a, n), e.waiters.settle(a);
				else {
					let { presence: t, membership: o, ...s } = a;
					e.membership = o ?? null;
					let c = Ai(e, a.pos), l = i.presence === !0;
					this.entries.tell({
						room: e.name,
						isNew: !n,
						wasAsked: l,
						roster: t ?? null
					}), this.#u(e, c, r !== null && !a.recovered), e.waiters.settle({
						...s,
						pos: c
					});
				}
			}
		});
	}
	#u(e, t, n) {
		this.#r.delete(e.name), e.pos = t, e.wasEntered = !0, e.failures = 0, e.waiters.size > 0 && (e.isKept = !0), this.#v(e, Di), n && this.gaps.tell(e.name);
	}
	#d(e, t, n) {
		let r = e.wasEntered && !F(t);
		e.wasEntered && this.#r.set(e.name, t), F(t) ? this.#f(e) : (e.wasEntered = !1, e.isKept = !1, e.mayHaveSeat = n, e.pos = null), this.#v(e, {
			status: "error",
			error: t
		}), F(t) || this.exits.tell(e.name), r && this.losses.tell(e.name, t), queueMicrotask(() => this.#p(e));
	}
	#f(e) {
		e.failures += 1;
		let t = Mn(e.failures, wi, this.#e.random);
		e.retry = setTimeout(() => this.#l(e), t);
	}
	#p(e) {
		ki(e) || this.#n.get(e.name) !== e || (this.#_(e), e.mayHaveSeat && this.#e.connection.isOpen && this.#m(e));
	}
	#m(e) {
		this.#t.callNow("leaveRoom", { room: e.name }, Zn, this.#h(), () => {});
	}
	#h() {
		return {
			timeoutMs: this.#e.defaultTimeoutMs,
			signal: void 0
		};
	}
	#g(e) {
		let t = this.#n.get(e);
		if (t !== void 0) return t;
		let n = this.#i.get(e), r = {
			name: e,
			waiters: new Ci(this.#e.failure),
			listeners: new P(this.#e.onProblem),
			isWatched: !1,
			hasAskedWho: !1,
			isKept: !1,
			wasEntered: !1,
			mayHaveSeat: !1,
			status: Ti,
			pos: n?.pos ?? null,
			membership: n?.membership ?? null,
			isPosOfFrame: !1,
			joins: 0,
			failures: 0,
			retry: void 0
		};
		return this.#i.delete(e), this.#n.set(e, r), r;
	}
	#_(e) {
		clearTimeout(e.retry), this.#n.delete(e.name), this.exits.tell(e.name);
	}
	#v(e, t) {
		e.status !== t && (e.status = t, e.listeners.tell());
	}
};
function ki(e) {
	return e.isKept || e.waiters.size > 0 || e.listeners.size > 0;
}
function Ai(e, t) {
	return e.isPosOfFrame && e.pos !== null ? e.pos : t;
}
function F({ httpStatus: e }) {
	return e === 429 || e >= 500;
}
var ji = 5e3, Mi = class {
	#e;
	#t;
	#n;
	#r = !1;
	#i = !1;
	#a = !1;
	#o = 0;
	#s;
	#c = null;
	constructor(e, t, n) {
		this.#e = e, this.#t = t, this.#n = n;
	}
	use() {
		this.#r = !0, this.#e.blocked() === null && this.#l(), this.#u();
	}
	started() {
		this.#r && this.#l();
	}
	opened() {
		this.#a = !1, this.#u();
	}
	lost() {
		clearTimeout(this.#s);
	}
	stopped() {
		this.#c?.(), this.#c = null, this.#i = !1;
	}
	#l() {
		this.#c ??= this.#n((e) => {
			this.#i = e, this.#u();
		});
	}
	#u() {
		let e = this.#i;
		if (!this.#r || !this.#e.connection.isOpen || e === this.#a) return;
		clearTimeout(this.#s), this.#a = e;
		let t = this.#o += 1, n = {
			timeoutMs: this.#e.defaultTimeoutMs,
			signal: void 0
		};
		this.#t.callNow("updatePresence", { away: e }, Qn, n, (e) => {
			t === this.#o && this.#d(e);
		});
	}
	#d(e) {
		e.status !== "success" && F(e) && this.#e.connection.isOpen && (this.#a = null, this.#s = setTimeout(() => this.#u(), ji));
	}
};
function Ni(e = {}) {
	let { max: t = 200, maxAgeMs: n = 36e5, whenFull: r = "refuse", user: i = () => void 0 } = e;
	return {
		max: t,
		maxAgeMs: n,
		whenFull: r,
		user: () => Pi(i)
	};
}
function Pi(e) {
	try {
		return e();
	} catch {
		return;
	}
}
var Fi = 50, Ii = class {
	listeners;
	#e = [];
	constructor(e) {
		this.listeners = new P(e);
	}
	getSnapshot = () => this.#e;
	show(e) {
		let t = this.#e.some(({ id: t }) => t === e.id) ? this.#e.map((t) => t.id === e.id ? e : t) : [...this.#e, e], n = t.filter(Li), r = new Set(n.slice(0, Math.max(n.length - Fi, 0)));
		this.#e = t.filter((e) => !r.has(e)), this.listeners.tell();
	}
	update(e, t) {
		let n = this.#e.find((t) => t.id === e);
		n !== void 0 && this.show({
			...n,
			...t
		});
	}
};
function Li({ status: e }) {
	return e === "accepted" || e === "rejected";
}
var Ri = 1e3, zi = 250, Bi = class {
	#e;
	#t;
	#n = /* @__PURE__ */ new Set();
	#r = /* @__PURE__ */ new Set();
	#i = /* @__PURE__ */ new Map();
	#a = /* @__PURE__ */ new Map();
	#o = !1;
	#s;
	#c;
	#l = 0;
	#u;
	#d = 0;
	holdRoom = () => () => {};
	offline;
	drops;
	receives = { syncStream: ({ id: e, stream: t }) => this.#_(e, t) };
	constructor(e, t, n, r) {
		this.#e = e, this.#t = t, this.#s = n, this.#c = r, this.offline = new Ii(e.onProblem), this.drops = new P(e.onProblem);
	}
	callInTurn(e, t, n, r, i = null) {
		return new Promise((a) => {
			let o = (e) => a(e), s = this.#e.blocked();
			if (s !== null) return o(s);
			let { isOpen: c } = this.#e.connection;
			if (!c && i?.isKept === !1) return o(this.#e.failure("sync-disconnected"));
			let l = this.#v(e, t, n, r, i, o);
			l !== null && (this.#o || c && i?.isKept === !1 ? this.#k(l) : this.#x(l));
		});
	}
	callNow(e, t, n, r, i) {
		let a = this.#v(e, t, n, r, null, i);
		a !== null && this.#k(a);
	}
	opened() {
		this.#l += 1;
		let [e, t] = [this.#l, this.#t.user()];
		this.#s === null || typeof t != "string" ? (this.#g(), this.#o && this.#s !== null && t === void 0 && this.#f(this.#s)) : this.#p(this.#s, t).finally(() => {
			e === this.#l && this.#e.connection.isOpen && this.#g();
		});
	}
	#f(e) {
		clearTimeout(this.#u), this.#u = setTimeout(() => {
			let t = this.#t.user();
			t === void 0 ? this.#f(e) : t !== null && this.#p(e, t);
		}, zi);
	}
	async #p(e, t) {
		let n, r = new Promise((e) => n = setTimeout(e, Ri)), i = e.adopt(t, Date.now() - this.#t.maxAgeMs, {
			wanted: () => this.#t.user() === t,
			taken: (e) => this.#m(e)
		}).then((e) => this.#m(e)).catch((e) => this.#e.onProblem({
			kind: "offline-not-kept",
			error: e
		}));
		await Promise.race([i, r]), clearTimeout(n);
	}
	#m(e) {
		let t = [...this.#n];
		this.#n.clear();
		for (let t of e) this.#h(t);
		for (let e of t) this.#n.add(e);
		this.#o && this.#g();
	}
	#h({ id: e, user: t, at: n, event: r, payload: i, sentOn: a }) {
		let { receiver: o, room: s } = i, c = o ?? s, l = typeof c == "string" ? this.holdRoom(c) : () => {}, u = {
			id: e,
			onChunk: void 0,
			isKept: !0,
			isPatient: !0
		}, d = {
			timeoutMs: this.#e.defaultTimeoutMs,
			signal: void 0
		}, f = r === "stateAct" ? this.#v(r, i, Xn, d, u, l) : this.#v(r, i, Kn, d, u, l), p = a !== void 0;
		f !== null && this.#x(Object.assign(f, {
			madeAt: n,
			madeFor: t,
			sentOn: a,
			mayHaveRun: p,
			isStored: !0
		}));
	}
	#g() {
		this.#o = !0;
		for (let e of [...this.#n]) {
			if (!this.#o) return;
			this.#n.delete(e) && this.#O(e);
		}
	}
	disown() {
		let e = [...this.#r, ...[...this.#n].filter((e) => e.mayHaveRun)];
		for (let t of e) t.end(this.#e.failure("sync-disconnected"));
	}
	lost() {
		this.#o = !1, clearTimeout(this.#u);
		let e = [...this.#r], t = [...this.#n];
		this.#r.clear(), this.#n.clear();
		for (let t of e.filter(Vi)) t.mayHaveRun = !0, this.#x(t);
		for (let e of t) this.#n.add(e);
		for (let t of e) Vi(t) || t.end(this.#e.failure("sync-disconnected"));
		for (let e of [...this.#i.keys()]) this.#D(e);
	}
	stopped(e) {
		for (let t of [...this.#n]) t.end(e);
	}
	#_(e, t) {
		try {
			this.#a.get(e)?.(t);
		} catch (e) {
			this.#e.onProblem({
				kind: "callback-failed",
				route: null,
				error: e
			});
		}
	}
	#v(e, t, n, r, i, a) {
		let { failure: o } = this.#e;
		if (r.signal?.aborted === !0) return a(o("sync-cancelled")), null;
		let s = Date.now(), c, l = (e) => {
			u(), clearTimeout(c), clearTimeout(this.#i.get(d)), this.#i.delete(d), this.#n.delete(d), this.#r.delete(d), i !== null && this.#b(i, e, d.isStored), a(e);
		}, u = Si(i?.isPatient === !0 ? {
			...r,
			timeoutMs: Infinity
		} : r, (e) => this.#y(d, o(e))), d = {
			event: e,
			payload: t,
			named: i,
			answered: (t) => {
				let a = this.#M(e, n, t), o = d.hasWaited ? Ki(a) : null, c = i?.isPatient !== !0 && Date.now() - s + (o ?? 0) >= r.timeoutMs;
				o === null || c ? l(a) : this.#E(d, o);
			},
			end: (e) => l(e),
			count: (e, t) => {
				clearTimeout(c), c = i?.isPatient === !0 && e <= xi ? setTimeout(() => l(t()), e) : void 0;
			},
			limits: r,
			madeAt: s,
			madeFor: this.#t.user(),
			hasWaited: !1,
			sentOn: void 0,
			mayHaveRun: !1,
			isStored: !1
		};
		return i?.onChunk !== void 0 && this.#a.set(i.id, i.onChunk), d;
	}
	#y(e, t) {
		let { named: n } = e, r = this.#r.has(e);
		e.end(t), n !== null && r && this.#e.connection.emit("syncCancel", { id: n.id }, () => {});
	}
	#b({ id: e }, t, n) {
		this.#a.delete(e), n && this.#C(this.#s?.remove(e));
		let r = Gi(t) ? t : void 0;
		this.offline.update(e, r === void 0 ? { status: "accepted" } : {
			status: "rejected",
			error: r
		});
	}
	#x(e) {
		let { named: t } = e, n = !e.hasWaited;
		if (t !== null && n && e.sentOn === void 0 && !e.isStored && !this.#w()) return e.end(this.#e.failure("offline-queue-full"));
		if (e.hasWaited = !0, this.#n.add(e), t === null) return;
		this.offline.show(Ui(e, t)), this.#S(e, t);
		let r = e.madeAt + this.#t.maxAgeMs - Date.now();
		e.count(Math.max(r, 0), () => this.#T(e, t, "age"));
	}
	#S(e, { id: t, isPatient: n, onChunk: r }) {
		let { event: i, payload: a, madeAt: o, madeFor: s, sentOn: c } = e;
		if (!n || r !== void 0 || i !== "sync" && i !== "request" && i !== "stateAct" || typeof s != "string") return;
		e.isStored = !0;
		let l = this.#d += 1, u = {
			id: t,
			user: s,
			page: this.#c,
			at: o,
			order: l,
			event: i,
			payload: Wi(a)
		};
		this.#C(this.#s?.put(c === void 0 ? u : {
			...u,
			sentOn: c
		}));
	}
	#C(e) {
		e?.catch((e) => this.#e.onProblem({
			kind: "offline-not-kept",
			error: e
		}));
	}
	#w() {
		let e = [...this.#n].filter((e) => e.named !== null);
		if (e.length < this.#t.max) return !0;
		let [t] = e;
		return this.#t.whenFull === "refuse" || t === void 0 || t.named === null ? !1 : (t.end(this.#T(t, t.named, "full")), !0);
	}
	#T(e, t, n) {
		let r = this.#e.failure("offline-dropped", { reason: n });
		return this.drops.tell({
			...Ui(e, t),
			status: "rejected",
			error: r
		}, n), r;
	}
	#E(e, t) {
		this.#r.delete(e), e.mayHaveRun || (e.sentOn = void 0), e.count(Infinity, () => this.#e.failure("sync-timeout")), this.#i.set(e, setTimeout(() => this.#D(e), t));
	}
	#D(e) {
		clearTimeout(this.#i.get(e)), this.#i.delete(e), this.#o ? this.#O(e) : this.#x(e);
	}
	#O(e) {
		let { named: t, madeFor: n } = e, r = this.#t.user();
		t === null || n === void 0 || r === void 0 || n === r ? this.#k(e) : e.end(this.#T(e, t, "user"));
	}
	#k(e) {
		let { connection: t, onProblem: n, failure: r } = this.#e, { named: i, sentOn: a } = e;
		this.#r.add(e), e.count(e.limits.timeoutMs, () => this.#j(e));
		let o = e.sentOn === void 0;
		e.sentOn ??= t.socketId, o && e.isStored && i !== null && this.#S(e, i);
		let s = i === null ? e.payload : Hi(e.payload, i, a);
		try {
			t.emit(e.event, s, (t) => {
				this.#r.has(e) && e.answered(t);
			}) ? i !== null && e.hasWaited && this.offline.update(i.id, { status: "sent" }) : this.#A(e);
		} catch (t) {
			n({
				kind: "unsendable-data",
				event: e.event,
				error: t
			}), e.end(r("sync-bad-request"));
		}
	}
	#A(e) {
		this.#r.delete(e), e.sentOn = e.mayHaveRun ? e.sentOn : void 0, Vi(e) ? this.#x(e) : e.end(this.#e.failure("sync-disconnected"));
	}
	#j({ named: e }) {
		return e !== null && this.#e.connection.emit("syncCancel", { id: e.id }, () => {}), this.#e.failure("sync-timeout");
	}
	#M(e, t, n) {
		let r = t(n);
		return r.ok ? r.value : (this.#e.onProblem({
			kind: "unreadable-message",
			event: e,
			problem: r.problem
		}), this.#e.failure("sync-server-failed"));
	}
};
function Vi({ named: e }) {
	return e !== null && e.isKept && e.onChunk === void 0;
}
function Hi(e, { id: t, onChunk: n }, r) {
	return {
		...e,
		id: t,
		...n !== void 0 && { stream: !0 },
		...r !== void 0 && { sentOn: r }
	};
}
function Ui({ payload: e, madeAt: t }, { id: n }) {
	let { name: r, version: i, receiver: a, data: o, room: s, action: c } = e, [l, u] = [a ?? s, o ?? c];
	return {
		id: n,
		name: r,
		version: i,
		...typeof l == "string" && { receiver: l },
		...u !== void 0 && { data: u },
		at: t,
		status: "queued"
	};
}
function Wi(e) {
	return Object.fromEntries(Object.entries(e).filter(([, e]) => e !== void 0));
}
function Gi(e) {
	return S(e) && e.status === "error";
}
function Ki(e) {
	if (!S(e) || e.errorCode !== "sync-rate-limited") return null;
	let t = e.errorParams, n = S(t) ? t.seconds : void 0;
	return typeof n == "number" && n > 0 ? n * 1e3 : null;
}
var qi = class {
	#e;
	#t;
	#n;
	#r = null;
	constructor(e, t) {
		this.#e = e, this.#t = t, this.#n = new Ci(e.failure);
	}
	update(e, t) {
		this.#r = e;
		let n = this.#e.blocked();
		return n === null ? this.#e.connection.isOpen ? this.#i(e, t) : this.#n.wait(t) : Promise.resolve(n);
	}
	opened() {
		if (this.#r === null) return;
		let e = {
			timeoutMs: this.#e.defaultTimeoutMs,
			signal: void 0
		};
		this.#i(this.#r, e).then((e) => this.#n.settle(e));
	}
	stopped(e) {
		this.#n.settle(e);
	}
	#i(e, t) {
		return new Promise((n) => {
			this.#t.callNow("updateLocation", e, Qn, t, (e) => n(e));
		});
	}
}, Ji = class {
	#e;
	#t;
	#n;
	#r;
	#i;
	receives = {
		poke: (e) => this.#n.tell(e),
		unsubscribed: (e) => this.#r.tell(e)
	};
	constructor(e, t) {
		this.#e = e, this.#t = t, this.#n = new P(e.onProblem), this.#r = new P(e.onProblem), this.#i = new P(e.onProblem);
	}
	opened() {
		this.#i.tell(!0);
	}
	lost() {
		this.#i.tell(!1);
	}
	connection(e) {
		return {
			use: e,
			isOpen: () => this.#e.connection.isOpen,
			push: (e) => this.#a("push", e, Cr),
			pull: (e) => this.#a("pull", e, wr),
			snapshot: (e) => this.#a("snapshot", e, Tr),
			subscribe: (e) => this.#a("subscribe", e, Er),
			unsubscribe: (e) => {
				this.#e.connection.isOpen && this.#a("unsubscribe", { scopes: e }, Qn);
			},
			onPoke: (e) => this.#n.on(e),
			onUnsubscribed: (e) => this.#r.on(e),
			onOpen: (e) => this.#i.on(e),
			onProblem: this.#e.onProblem,
			random: this.#e.random
		};
	}
	#a(e, t, n) {
		let r = {
			timeoutMs: this.#e.defaultTimeoutMs,
			signal: void 0
		};
		return new Promise((i) => this.#t.callNow(e, t, n, r, i));
	}
}, Yi = 200, Xi = 5e3, Zi = class {
	#e;
	#t;
	#n;
	#r;
	#i = /* @__PURE__ */ new Map();
	#a = /* @__PURE__ */ new Map();
	constructor(e, t, n, r) {
		this.#e = e, this.#t = t, this.#n = n, this.#r = r, n.entries.on((e) => this.#o(e)), n.exits.on((e) => this.#c(e));
	}
	set(e, t, n) {
		if (e === null || n.signal?.aborted === !0) return Promise.resolve(this.#e.failure("sync-cancelled"));
		this.#r.use();
		let r = this.#h(e);
		r.data = t, r.isDue = !0;
		let i = this.#e.blocked();
		if (i !== null) return Promise.resolve(i);
		let a = r.waiters.wait(n);
		return this.#l(r), a;
	}
	opened() {
		for (let e of [...this.#i.values()]) this.#l(e);
	}
	lost() {
		for (let e of this.#i.values()) this.#m(e);
	}
	stopped(e) {
		for (let { waiters: t } of [...this.#i.values()]) t.settle(e);
	}
	#o({ room: e, isNew: t, roster: n }) {
		let r = n?.me ?? null;
		r !== null && this.#a.set(e, r);
		let i = this.#i.get(e);
		if (i !== void 0) {
			if (r !== null && i.me !== null && i.me !== r) return this.#s(i);
			i.me ??= r, t && !$i(n) && (i.isDue = !0), this.#l(i, !0);
		}
	}
	#s(e) {
		this.#_(e), e.waiters.settle(this.#e.failure("sync-cancelled"));
	}
	#c(e) {
		this.#a.delete(e);
		let t = this.#i.get(e);
		t !== void 0 && (t.accepted = null, t.isDue ? this.#l(t) : this.#_(t));
	}
	#l(e, t = this.#u(e.room)) {
		e.isDue && !e.isOnItsWay && e.pause === null && this.#g(e) && t && this.#e.connection.isOpen && this.#d(e);
	}
	#u(e) {
		let t = this.#n.status(e);
		return t.status === "error" ? !F(t.error) : t.status !== "joining";
	}
	#d(e) {
		let { room: t, data: n, waiters: r } = e;
		e.isDue = !1, e.isOnItsWay = !0, e.waiters = new Ci(this.#e.failure), this.#p(e, Yi);
		let i = {
			timeoutMs: this.#e.defaultTimeoutMs,
			signal: void 0
		};
		this.#t.callNow("updatePresence", {
			room: t,
			data: n
		}, Qn, i, (t) => {
			e.isOnItsWay = !1, this.#f(e, n, t), r.settle(t), this.#l(e), Qi(e) && this.#_(e);
		});
	}
	#f(e, t, n) {
		n.status === "success" ? e.accepted = t : F(n) ? (e.isDue = !0, this.#p(e, Ki(n) ?? Xi)) : e.isDue || (e.data = e.accepted);
	}
	#p(e, t) {
		this.#m(e), e.pause = setTimeout(() => {
			e.pause = null, this.#l(e);
		}, t);
	}
	#m(e) {
		e.pause !== null && clearTimeout(e.pause), e.pause = null;
	}
	#h(e) {
		let t = this.#i.get(e);
		if (t !== void 0) return t;
		let n = {
			room: e,
			me: this.#a.get(e) ?? null,
			data: null,
			isDue: !1,
			accepted: null,
			isOnItsWay: !1,
			pause: null,
			waiters: new Ci(this.#e.failure)
		};
		return this.#i.set(e, n), n;
	}
	#g(e) {
		return this.#i.get(e.room) === e;
	}
	#_(e) {
		this.#m(e), this.#g(e) && this.#i.delete(e.room);
	}
};
function Qi({ data: e, isDue: t, isOnItsWay: n, accepted: r }) {
	return e === null && r === null && !t && !n;
}
function $i(e) {
	let t = e?.people.find(({ id: t }) => t === e.me);
	return t !== void 0 && t.data !== null;
}
var ea = [
	"pointerdown",
	"pointermove",
	"keydown",
	"touchstart",
	"wheel",
	"scroll"
], ta = 1e3, na = 2 ** 31 - 1, ra = (e, t) => {
	if (typeof window > "u" || typeof document > "u") return () => {};
	let n = !1, r = !1, i = document.visibilityState === "hidden" ? 0 : Infinity, a = performance.now(), o, s = () => {
		let c = Math.min(i, a + (e ?? Infinity)) - performance.now(), l = r;
		r = n || c <= 0, clearTimeout(o), c > 0 && c < Infinity && (o = setTimeout(s, Math.min(c, na))), r !== l && t(r);
	}, c = () => {
		a = performance.now(), r && s();
	}, l = () => {
		let e = document.visibilityState === "hidden";
		i = e ? Math.min(i, performance.now() + ta) : Infinity, e || (a = performance.now()), s();
	}, u = () => {
		n = !0, s();
	}, d = () => {
		n = !1, s();
	}, f = {
		capture: !0,
		passive: !0
	};
	for (let e of ea) document.addEventListener(e, c, f);
	return window.addEventListener("focus", c), document.addEventListener("visibilitychange", l), document.addEventListener("freeze", u), document.addEventListener("resume", d), s(), () => {
		clearTimeout(o);
		for (let e of ea) document.removeEventListener(e, c, f);
		window.removeEventListener("focus", c), document.removeEventListener("visibilitychange", l), document.removeEventListener("freeze", u), document.removeEventListener("resume", d);
	};
}, ia = {
	people: [],
	me: null,
	more: 0,
	isOff: !1,
	isCurrent: !1
}, aa = {
	people: [],
	me: null,
	more: 0,
	isOff: !0,
	isCurrent: !0
};
function oa(e) {
	return e !== ia && e !== aa;
}
function sa({ me: e, people: t, more: n }) {
	return {
		people: t,
		me: e,
		more: n,
		isOff: !1,
		isCurrent: !0
	};
}
function ca(e, t) {
	let n = new Map(e.people.map((e) => [e.id, e])), { more: r } = e;
	for (let e of t) !n.has(e.id) && e.kind !== "joined" && r > 0 && --r, e.kind === "left" ? n.delete(e.id) : n.set(e.id, la(e));
	return {
		...e,
		people: [...n.values()],
		more: r
	};
}
function la({ id: e, user: t, away: n, data: r }) {
	return {
		id: e,
		user: t,
		away: n,
		data: r
	};
}
var ua = class {
	#e;
	#t;
	#n;
	#r = /* @__PURE__ */ new Map();
	receives = { presence: (e) => this.#s(e) };
	constructor(e, t, n) {
		this.#e = e, this.#t = t, this.#n = n, t.entries.on((e) => this.#o(e));
	}
	hold(e, t) {
		this.#n.use();
		let n = this.#r.get(e) ?? this.#i(e), r = n.listeners.on(t);
		return () => {
			r(), queueMicrotask(() => this.#a(e, n));
		};
	}
	roster(e) {
		return this.#r.get(e)?.presence ?? ia;
	}
	#i(e) {
		let t = {
			listeners: new P(this.#e.onProblem),
			presence: ia,
			release: this.#t.watch(e, () => this.#c(e))
		};
		return this.#r.set(e, t), t;
	}
	#a(e, t) {
		t.listeners.size > 0 || this.#r.get(e) !== t || (this.#r.delete(e), t.release());
	}
	#o({ room: e, wasAsked: t, roster: n }) {
		let r = this.#r.get(e);
		if (r !== void 0 && t) {
			if (n !== null) return this.#l(r, sa(n));
			r.presence.isOff || this.#e.onProblem({
				kind: "no-presence",
				room: e
			}), this.#l(r, aa);
		}
	}
	#s({ room: e, changes: t }) {
		let n = this.#r.get(e);
		n !== void 0 && oa(n.presence) && this.#l(n, ca(n.presence, t));
	}
	#c(e) {
		let t = this.#r.get(e);
		if (t === void 0) return;
		let n = this.#t.status(e), { presence: r } = t;
		n.status === "error" && !F(n.error) ? t.presence = ia : n.status !== "joined" && r.isCurrent && (t.presence = {
			...r,
			isCurrent: !1
		}), t.listeners.tell();
	}
	#l(e, t) {
		e.presence = t, e.listeners.tell();
	}
}, da = {
	status: "loading",
	value: void 0,
	version: void 0,
	error: null,
	pending: 0
}, fa = {
	baseMs: 1e3,
	capMs: 3e4
}, pa = 2e3, ma = 50, ha = 3, ga = 6e4, _a = class {
	#e;
	#t;
	#n;
	#r = /* @__PURE__ */ new Map();
	receives = { state: (e) => this.#d(e) };
	none = {
		get: () => da,
		subscribe: () => () => {},
		act: async () => this.#e.failure("sync-cancelled")
	};
	constructor(e, t, n) {
		this.#e = e, this.#t = t, this.#n = n, n.entries.on(({ room: e, isNew: t }) => {
			for (let n of this.#i(e)) (t || !n.mayBeTold) && this.#l(n);
		}), n.exits.on((e) => {
			for (let t of this.#i(e)) this.#c(t);
		});
	}
	hold(e, t) {
		let n = this.#r.get(I(e)) ?? this.#a(e), r = n.listeners.on(t);
		return () => {
			r(), queueMicrotask(() => this.#o(n));
		};
	}
	snapshot(e) {
		return this.#r.get(I(e))?.snapshot ?? da;
	}
	async act(e, t, n, r, i, a) {
		let o = this.#r.get(I(e)), s = n === !0 ? o?.told?.version ?? "" : n, c = r && o && {
			action: t,
			optimistic: r,
			isBroken: !1,
			version: null,
			mayBeOlder: !1,
			timer: void 0
		};
		o !== void 0 && (o.unanswered += 1, c !== void 0 && (o.own = [...o.own, c]), this.#y(o));
		let l = {
			...e,
			action: t,
			ifVersion: s
		}, u = await this.#t.callInTurn("stateAct", l, Xn, i, a);
		return o !== void 0 && this.#m(o, c, u), ya(u, this.#n.refusal(e.room));
	}
	lost() {
		for (let e of this.#r.values()) clearTimeout(e.retry), e.openings += 1, e.isOpening = !1, e.mayBeTold = !1, e.status === "live" && this.#_(e, "stale", null);
	}
	stopped(e) {
		for (let t of this.#r.values()) this.#_(t, "error", e);
	}
	#i(e) {
		return [...this.#r.values()].filter(({ place: t }) => t.room === e);
	}
	#a({ name: e, version: t, room: n }) {
		let r = {
			place: {
				name: e,
				version: t,
				room: n
			},
			listeners: new P(this.#e.onProblem),
			release: () => {},
			told: null,
			recent: [],
			own: [],
			unanswered: 0,
			status: "loading",
			error: null,
			snapshot: da,
			isAhead: !1,
			showing: void 0,
			openings: 0,
			isOpening: !1,
			mayBeTold: !1,
			failures: 0,
			retry: void 0,
			misfits: []
		};
		return this.#r.set(I(r.place), r), r.release = this.#n.hold(n, () => this.#s(r)), this.#n.status(n).status === "joined" ? this.#l(r) : this.#s(r), r;
	}
	#o(e) {
		let t = I(e.place);
		if (e.listeners.size > 0 || this.#r.get(t) !== e) return;
		this.#r.delete(t), clearTimeout(e.showing);
		for (let t of e.own) this.#g(e, t);
		let n = e.mayBeTold;
		this.#c(e), n && this.#e.connection.isOpen && this.#t.callNow("stateClose", e.place, Qn, this.#S(), () => {}), e.release();
	}
	#s(e) {
		let t = this.#n.status(e.place.room);
		t.status === "error" && this.#_(e, "error", t.error), t.status === "joining" && e.status === "error" && this.#_(e, e.told === null ? "loading" : "stale", null);
	}
	#c(e) {
		e.openings += 1, e.isOpening = !1, e.mayBeTold = !1, clearTimeout(e.retry);
	}
	#l(e, t = e.told?.version ?? null) {
		if (!this.#e.connection.isOpen) return;
		clearTimeout(e.retry);
		let n = e.openings += 1;
		e.isOpening = !0, e.mayBeTold = !0;
		for (let t of e.own) t.mayBeOlder = !0;
		let r = {
			...e.place,
			...t !== null && { have: t }
		};
		this.#t.callNow("stateOpen", r, Yn, this.#S(), (r) => {
			if (n !== e.openings || !this.#e.connection.isOpen) return;
			if (e.isOpening = !1, r.status === "error") return this.#u(e, r);
			e.failures = 0;
			let { stateVersion: i } = r;
			if ("view" in r) return this.#p(e, w(e.told?.value, r.view), i, !0);
			this.#f(e, t, r.patch, i, !0);
		});
	}
	#u(e, t) {
		if (e.mayBeTold = !1, F(t)) {
			e.failures += 1;
			let t = Mn(e.failures, fa, this.#e.random);
			e.retry = setTimeout(() => this.#l(e), t);
		}
		this.#_(e, "error", t);
	}
	#d(e) {
		let t = e.cb.lastIndexOf("/"), n = {
			name: e.cb.slice(0, t),
			version: e.cb.slice(t + 1),
			room: e.room
		}, r = this.#r.get(I(n));
		r !== void 0 && !r.isOpening && r.mayBeTold && ("view" in e ? this.#p(r, w(r.told?.value, e.view), e.to, !1) : this.#f(r, e.from, e.patch, e.to, !1));
	}
	#f(e, t, n, r, i) {
		let { told: a } = e, o = a !== null && a.version === t ? te(a.value, n) : { fits: !1 };
		if (o.fits) return this.#p(e, o.value, r, i);
		let s = Date.now();
		if (e.misfits = [...e.misfits.filter((e) => s - e < ga), s], e.misfits.length < ha) return this.#l(e);
		e.misfits = [], this.#e.onProblem({
			kind: "state-misfit",
			route: `${e.place.name}/${e.place.version}`,
			room: e.place.room
		}), this.#l(e, null);
	}
	#p(e, t, n, r) {
		e.told = {
			value: t,
			version: n
		}, e.recent = [...e.recent, n].slice(-32);
		for (let t of e.own) t.version !== null && (r || t.version === n) && this.#g(e, t);
		e.status = "live", e.error = null, this.#v(e);
	}
	#m(e, t, n) {
		--e.unanswered, t !== void 0 && this.#h(e, t, n), e.showing === void 0 ? this.#y(e) : this.#v(e);
	}
	#h(e, t, n) {
		let r = e.status === "live" && !e.isOpening, i = this.#r.get(I(e.place)) === e, a = n.status === "error" || e.recent.includes(n.stateVersion);
		if (!i || a || r && t.mayBeOlder) return this.#g(e, t);
		t.version = n.stateVersion, t.timer = setTimeout(() => {
			e.status === "stale" || e.isOpening || (this.#g(e, t), this.#y(e));
		}, pa);
	}
	#g(e, t) {
		clearTimeout(t.timer), e.own = e.own.filter((e) => e !== t);
	}
	#_(e, t, n) {
		(e.status !== t || e.error !== n) && (e.status = t, e.error = n, this.#y(e));
	}
	#v(e) {
		e.isAhead && e.own.some(({ version: e }) => e === null) ? e.showing ??= setTimeout(() => this.#y(e), ma) : this.#y(e);
	}
	#y(e) {
		clearTimeout(e.showing), e.showing = void 0;
		let { status: t, error: n, told: r, unanswered: i, snapshot: a } = e, o = r?.version, s = r === null ? void 0 : this.#b(e, r);
		a.status === t && a.error === n && a.pending === i && a.version === o && Object.is(a.value, s) || (e.snapshot = {
			status: t,
			value: s,
			version: o,
			error: n,
			pending: i
		}, e.listeners.tell());
	}
	#b(e, t) {
		let n = e.own.reduce((t, n) => this.#x(e, n, t), t.value), [r, i] = [e.isAhead, !Object.is(n, t.value)];
		if (e.isAhead = i, !r && !i) return n;
		let a = w(e.snapshot.value, n);
		return i || (e.told = {
			...t,
			value: a
		}), a;
	}
	#x({ place: e }, t, n) {
		if (t.isBroken) return n;
		try {
			let e = t.optimistic(n, t.action);
			return e === void 0 ? n : e;
		} catch (r) {
			return t.isBroken = !0, this.#e.onProblem({
				kind: "callback-failed",
				route: `${e.name}/${e.version}`,
				error: r
			}), n;
		}
	}
	#S() {
		return {
			timeoutMs: this.#e.defaultTimeoutMs,
			signal: void 0
		};
	}
};
function va(e, t) {
	return ({ name: n, version: r, room: i, optimistic: a }) => {
		if (i === null) return t.none;
		let o = {
			name: n,
			version: r,
			room: i
		};
		return {
			get: () => t.snapshot(o),
			subscribe: (n) => (e.use(), t.hold(o, n)),
			act: (n, r = {}) => {
				e.use();
				let i = r.whenOffline !== "fail", s = {
					id: e.newCallId(),
					onChunk: void 0,
					isKept: i,
					isPatient: r.timeoutMs === void 0
				};
				return t.act(o, n, r.ifVersion, a, e.limits(r), s);
			}
		};
	};
}
function ya(e, t) {
	return e.status === "error" && e.errorCode === "sync-not-in-room" ? t ?? e : e;
}
function I({ name: e, version: t, room: n }) {
	return `${e}/${t} ${n}`;
}
var ba = 3e5;
function xa(e, { watchAway: t = ra, awayAfterMs: n = ba, offline: r } = {}) {
	let i = r?.user === void 0 ? null : e.offlineStore, a = new Bi(e, Ni(r), i, e.page), o = new Mi(e, a, (e) => t(n || null, e)), s = new Oi(e, a);
	return a.holdRoom = (e) => s.hold(e, () => {}), {
		location: new qi(e, a),
		away: o,
		rooms: s,
		presence: new ua(e, s, o),
		ownPresence: new Zi(e, a, s, o),
		states: new _a(e, a, s),
		log: new Ji(e, a),
		events: new he(e.onProblem),
		closing: { receives: { closing: ({ reason: t, reconnectInMs: n }) => e.connection.endsFor(t, n) } },
		calls: a
	};
}
var Sa = {
	event: "sync",
	payload: ({ name: e, version: t, receiver: n, data: r, ignoreSelf: i, report: a }) => ({
		name: e,
		version: t,
		receiver: n,
		data: r,
		ignoreSelf: i,
		report: a
	})
};
function Ca(e = {}) {
	return wa({}, e);
}
function wa(e, t) {
	let { watchAway: n } = e, { awayAfterMs: r, offline: i } = t, a = new pi(e, t, (e) => xa(e, {
		watchAway: n,
		awayAfterMs: r,
		offline: i
	})), { connection: o } = a, { calls: s, events: c, location: l, log: u, ownPresence: d, presence: f, rooms: p, states: m } = a.parts, h = va(a, m);
	return {
		syncRequest: yi(a, Sa),
		apiRequest: yi(a, kn),
		upsertSyncEventCallback: (e) => (a.use(), c.on(`${e.name}/${e.version}`, pe(e))),
		stateOf: h,
		openState: (e) => {
			let t = h(e), n = t.subscribe(() => {});
			return {
				...t,
				close: n
			};
		},
		log: u.connection(() => a.use()),
		joinRoom: async (e, t) => (a.use(), An(await p.join(e, a.limits(t)))),
		leaveRoom: async (e, t) => An(await p.leave(e, a.limits(t))),
		joinedRooms: async (e) => (a.use(), An(await p.joined(a.limits(e)))),
		holdRoom: (e, t = () => {}) => (a.use(), p.hold(e, t)),
		roomStatus: (e) => p.status(e),
		onGap: (e) => p.gaps.on((t) => e({ room: t })),
		onRoomLost: (e) => p.losses.on((t, n) => e({
			room: t,
			error: n
		})),
		holdPresence: (e, t = () => {}) => (a.use(), f.hold(e, t)),
		roomPresence: (e) => f.roster(e),
		setPresence: async (e, t, n) => (a.use(), An(await d.set(e, t, a.limits(n)))),
		updateLocation: async (e, t) => (a.use(), An(await l.update(Ta(e), a.limits(t)))),
		status: {
			getSnapshot: o.getSnapshot,
			subscribe: (e) => {
				let t = a.statusListeners.on(e);
				return a.use(), t;
			}
		},
		offlineCalls: {
			getSnapshot: s.offline.getSnapshot,
			subscribe: (e) => s.offline.listeners.on(e)
		},
		onDrop: (e) => s.drops.on((t, n) => e({
			call: t,
			reason: n
		})),
		connect: () => o.connect(),
		reconnect: () => {
			s.disown(), o.reconnect();
		},
		disconnect: () => o.disconnect()
	};
}
function Ta({ pathName: e, searchParams: t = {} }) {
	if (!(t instanceof URLSearchParams)) return {
		pathName: e,
		searchParams: { ...t }
	};
	let n = [...new Set(t.keys())];
	return {
		pathName: e,
		searchParams: Object.fromEntries(n.map((e) => [e, t.get(e) ?? ""]))
	};
}
function Ea(e) {
	return e instanceof DOMException && e.name === "QuotaExceededError";
}
function Da(e, t) {
	return e.cursor === t.cursor && e.epoch === t.epoch;
}
function Oa() {
	let e = /* @__PURE__ */ new Uint8Array(18);
	if (typeof crypto < "u") crypto.getRandomValues(e);
	else for (let t = 0; t < e.length; t += 1) e[t] = Math.floor(Math.random() * 256);
	return [...e].map((e) => e.toString(16).padStart(2, "0")).join("");
}
function ka(e, t) {
	let n = ja(e), r = n.filter(({ status: e }) => e === "pending"), i = n.filter(({ status: e }) => e !== "pending");
	return [...i, ...r].map((e, n) => ({
		...e,
		client: t,
		seq: n + 1 - i.length
	}));
}
function Aa(e) {
	return 1 + Math.max(0, ...e.map(({ seq: e }) => e));
}
function ja(e) {
	return [...e].sort((e, t) => e.seq - t.seq);
}
var Ma = class {
	isLasting = !1;
	#e = Oa();
	#t;
	#n = 1;
	constructor(e = []) {
		this.#t = e;
	}
	async queue() {
		return {
			client: this.#e,
			queue: this.#t
		};
	}
	async scope() {
		return null;
	}
	async head() {
		return null;
	}
	async add(e) {
		let t = {
			...e,
			client: this.#e,
			seq: this.#n,
			status: "pending"
		};
		return this.#n += 1, this.#t = [...this.#t, t], t;
	}
	async update(e, t) {
		let n = new Map(e.map((e) => [e.id, e]));
		this.#t = this.#t.filter(({ id: e }) => !t.includes(e)).map((e) => n.get(e.id) ?? e);
	}
	async commit(e, { done: t }) {
		return this.#t = this.#t.filter(({ id: e }) => !t.includes(e)), !0;
	}
	async drop() {}
	async restart(e) {
		let t = (e) => e.client === this.#e, n = ka(this.#t.filter(t), e);
		return this.#t = [...this.#t.filter((e) => !t(e)), ...n], this.#e = e, this.#n = Aa(n), this.queue();
	}
	close() {}
}, Na = 250, Pa = 500;
async function Fa(e) {
	if (typeof indexedDB > "u") throw Error("this browser keeps nothing here");
	let t = new Ia(e);
	return await t.queue(), t;
}
var Ia = class {
	isLasting = !0;
	#e;
	#t = null;
	constructor(e) {
		this.#e = new ii(e, 2, (e, t) => {
			t > 0 || (e.createObjectStore("entities"), e.createObjectStore("scopes"), e.createObjectStore("queue"), e.createObjectStore("client"));
		});
	}
	async queue() {
		let e = await this.#e.open(), t = e.transaction(["client", "queue"]), n = await t.objectStore("client").get("own"), r = await t.objectStore("queue").getAll();
		await t.done;
		let { client: i, born: a = "" } = this.#t === null ? n ?? await this.#r(e) : this.#i(n);
		return this.#t = a, {
			client: i,
			queue: ja(r.map((e) => ({
				...e,
				client: e.client ?? i
			})))
		};
	}
	async scope(e) {
		let t = (await this.#e.open()).transaction(["scopes", "entities"]), n = await t.objectStore("scopes").get(e), r = n === void 0 ? [] : await t.objectStore("entities").getAll(Ua(e));
		return await t.done, n === void 0 ? null : {
			cursor: n.cursor,
			epoch: n.epoch,
			entities: Va(r)
		};
	}
	async head(e) {
		let t = await (await this.#e.open()).get("scopes", e);
		return t === void 0 ? null : {
			cursor: t.cursor,
			epoch: t.epoch
		};
	}
	add(e) {
		return this.#n((t, n) => {
			let r = {
				...e,
				client: n.client,
				seq: n.next,
				status: "pending"
			};
			return L(t.objectStore("queue").put(r, r.id)), L(t.objectStore("client").put({
				...n,
				next: n.next + 1
			}, "own")), r;
		});
	}
	update(e, t) {
		return this.#n((n) => {
			let r = n.objectStore("queue");
			for (let t of e) L(r.put(t, t.id));
			for (let e of t) L(r.delete(e));
		});
	}
	commit(e, t) {
		return this.#n(async (n) => {
			let r = n.objectStore("scopes"), i = {
				scope: e,
				cursor: t.cursor,
				epoch: t.epoch
			};
			if ("from" in t) {
				let a = await r.get(e);
				if (a === void 0 || !Da(a, t.from)) return !1;
				L(r.put({
					...i,
					...await Ba(n, a, t.changes)
				}, e));
			} else L(r.put({
				...i,
				...za(n, e, t.entities)
			}, e));
			for (let e of t.done) L(n.objectStore("queue").delete(e));
			return !0;
		});
	}
	drop(e) {
		return this.#n(async (t) => {
			for (let n of await t.objectStore("scopes").getAllKeys()) e.has(n) || (L(t.objectStore("scopes").delete(n)), L(t.objectStore("entities").delete(Ua(n))));
		});
	}
	restart(e) {
		return this.#n(async (t, n) => {
			let r = ka(await t.objectStore("queue").getAll(), e);
			for (let e of r) L(t.objectStore("queue").put(e, e.id));
			return L(t.objectStore("client").put({
				...n,
				client: e,
				next: Aa(r)
			}, "own")), {
				client: e,
				queue: r
			};
		});
	}
	close() {
		this.#e.close();
	}
	async #n(e) {
		let t = (await this.#e.open()).transaction([
			"client",
			"entities",
			"queue",
			"scopes"
		], "readwrite");
		try {
			let n = await e(t, this.#i(await t.objectStore("client").get("own")));
			return await t.done, n;
		} catch (e) {
			let n = await La(t).catch((e) => e);
			throw Ea(n) ? n : e;
		}
	}
	async #r(e) {
		let t = e.transaction("client", "readwrite"), n = await t.store.get("own") ?? {
			client: Oa(),
			next: 1,
			born: Oa()
		};
		return L(t.store.put(n, "own")), await t.done, n;
	}
	#i(e) {
		if (e === void 0 || (e.born ?? "") !== this.#t) throw Error("what this browser had kept was deleted");
		return e;
	}
};
function L(e) {
	e.catch(() => {});
}
async function La(e) {
	try {
		e.abort();
	} catch {}
	await e.done;
}
function Ra(e) {
	return e instanceof DOMException && (e.name === "NotFoundError" || e.name === "DataError");
}
function za(e, t, n) {
	let r = e.objectStore("entities");
	L(r.delete(Ua(t)));
	for (let e = 0; e < n.length; e += Na) L(r.put(n.slice(e, e + Na), [t, e / Na]));
	return {
		size: n.length,
		rows: 0
	};
}
async function Ba(e, { scope: t, size: n = 0, rows: r }, i) {
	let a = e.objectStore("entities");
	for (let { entity: e, id: n, op: r, data: o } of i) L(a.put({
		scope: t,
		entity: e,
		id: n,
		...r !== "delete" && { data: o }
	}, [
		t,
		e,
		n
	]));
	let o = (r ?? Infinity) + i.length;
	return o <= Math.max(Pa, n / 10) ? {
		size: n,
		rows: o
	} : za(e, t, Va(await a.getAll(Ua(t))));
}
function Va(e) {
	let t = e.filter(Ha), n = e.flatMap((e) => Ha(e) ? [] : e);
	if (t.length === 0) return n;
	let r = (e, t) => `${e} ${t}`, i = new Set(t.map(({ entity: e, id: t }) => r(e, t))), a = n.filter(([e, t]) => !i.has(r(e, t))), o = t.filter(({ data: e }) => e !== void 0);
	return [...a, ...o.map(({ entity: e, id: t, data: n }) => [
		e,
		t,
		n
	])];
}
function Ha(e) {
	return !Array.isArray(e);
}
function Ua(e) {
	return IDBKeyRange.bound([e], [e, []]);
}
var Wa = { data: void 0 }, Ga = 500, Ka = class {
	#e;
	#t;
	#n;
	#r;
	#i = /* @__PURE__ */ new Map();
	#a = /* @__PURE__ */ new Map();
	#o = /* @__PURE__ */ new Set();
	#s = /* @__PURE__ */ new Map();
	constructor(e, t, n, r) {
		this.#e = e, this.#t = t, this.#n = n, this.#r = r;
	}
	apply(e) {
		for (let { entity: t, id: n, op: r, data: i } of e) {
			let e = this.#i.get(t) ?? /* @__PURE__ */ new Map();
			this.#i.set(t, e), r === "delete" ? e.delete(n) : e.set(n, w(this.get(t, n), i)), this.#c(t, n);
		}
	}
	replace(e) {
		let t = this.#i;
		this.#i = /* @__PURE__ */ new Map();
		for (let [n, r, i] of e) {
			let e = this.#i.get(n) ?? /* @__PURE__ */ new Map();
			this.#i.set(n, e), e.set(r, w(t.get(n)?.get(r), i));
		}
		for (let e of /* @__PURE__ */ new Set([...t.keys(), ...this.#i.keys()])) this.#l(e);
	}
	told() {
		return [...this.#i].flatMap(([e, t]) => [...t].map(([t, n]) => [
			e,
			t,
			n
		]));
	}
	rebase(e) {
		let t = this.#a;
		this.#a = /* @__PURE__ */ new Map();
		for (let t of e) this.#u(t);
		this.#o = new Set(e.flatMap(({ id: e }) => this.#o.has(e) ? e : []));
		for (let e of /* @__PURE__ */ new Set([...t.keys(), ...this.#a.keys()])) {
			let [n, r] = [t.get(e), this.#a.get(e)];
			for (let [t, { data: i }] of r ?? []) {
				let a = w(n?.get(t)?.data, i);
				n?.has(t) === !0 && Object.is(a, n.get(t)?.data) || this.#c(e, t), r?.set(t, { data: a });
			}
			for (let t of n?.keys() ?? []) r?.has(t) !== !0 && this.#c(e, t);
		}
	}
	version(e) {
		let t = this.#s.get(e);
		return t === void 0 ? 0 : t.before + t.keys.length;
	}
	changedSince(e, t) {
		let { before: n, keys: r } = this.#s.get(e) ?? {
			before: 0,
			keys: []
		};
		return t < n ? null : new Set(r.slice(t - n));
	}
	get(e, t) {
		let n = this.#a.get(e)?.get(t);
		return n === void 0 ? this.#i.get(e)?.get(t) : n.data;
	}
	*all(e) {
		let t = this.#a.get(e);
		for (let [n, r] of this.#i.get(e) ?? []) t?.has(n) !== !0 && (yield [n, r]);
		for (let [e, { data: n }] of t ?? []) n !== void 0 && (yield [e, n]);
	}
	guessed(e) {
		return this.#a.get(e)?.keys() ?? [];
	}
	#c(e, t) {
		let n = this.#s.get(e) ?? {
			keys: [],
			before: 0
		};
		this.#s.set(e, n), n.keys.push(t), n.keys.length >= 2 * Ga && (n.before += n.keys.splice(0, Ga).length);
	}
	#l(e) {
		this.#s.set(e, {
			keys: [],
			before: this.version(e) + 1
		});
	}
	#u(e) {
		let t = this.#t(e.name, e.version);
		if (t === void 0) return;
		let n = /* @__PURE__ */ new Map();
		try {
			t(this.#d(n), e.args);
		} catch (t) {
			let n = this.#o.has(e.id);
			return this.#o.add(e.id), n ? void 0 : this.#r(e, t);
		}
		for (let [e, t] of n) {
			let n = this.#a.get(e) ?? /* @__PURE__ */ new Map();
			this.#a.set(e, n);
			for (let [e, r] of t) n.set(e, r);
		}
	}
	#d(e) {
		let t = (t, n) => {
			let r = e.get(t)?.get(n);
			return r === void 0 ? this.get(t, n) : r.data;
		}, n = (e, n) => structuredClone(t(e, n)), r = (t, n, r) => {
			let i = e.get(t) ?? /* @__PURE__ */ new Map();
			e.set(t, i), i.set(n, r);
		}, i = (e, t) => r(e, this.#n(e, t), { data: t });
		return {
			scope: this.#e,
			get: n,
			put: i,
			list: (n) => {
				let r = new Set([...this.all(n)].map(([e]) => e));
				for (let t of e.get(n)?.keys() ?? []) r.add(t);
				return [...r].sort(qa).flatMap((e) => t(n, e) ?? []);
			},
			create: (e, n) => {
				let r = this.#n(e, n);
				if (t(e, r) !== void 0) throw Error(`there is a \`${e}\` with the key ${JSON.stringify(r)}`);
				i(e, n);
			},
			update: (e, i, a) => {
				let o = t(e, i);
				return o !== void 0 && (r(e, i, { data: typeof a == "function" ? a(n(e, i)) : {
					...o,
					...a
				} }), !0);
			},
			delete: (e, n) => {
				let i = t(e, n) !== void 0;
				return i && r(e, n, Wa), i;
			}
		};
	}
};
function qa(e, t) {
	return e < t ? -1 : +(e > t);
}
var Ja = Object.freeze([]), Ya = class {
	#e;
	#t;
	#n;
	#r = Ja;
	#i = Ja;
	constructor(e, t) {
		this.#e = e, this.#t = t, this.#n = typeof t.orderBy == "function" ? new Qa(e, t.orderBy) : null;
	}
	of(e) {
		if (e === void 0) return this.#i;
		let { where: t, orderBy: n } = this.#t, r = (this.#n ?? Za(e, this.#e, n)).of(e);
		return r === this.#r || (this.#r = r, this.#i = $a(this.#i, t === void 0 ? r : r.filter(t))), this.#i;
	}
}, Xa = /* @__PURE__ */ new WeakMap();
function Za(e, t, n) {
	let r = Xa.get(e) ?? /* @__PURE__ */ new Map();
	Xa.set(e, r);
	let i = JSON.stringify([t, n]), a = r.get(i) ?? new Qa(t, n);
	return r.set(i, a), a;
}
var Qa = class {
	#e;
	#t;
	#n = Ja;
	#r = Ja;
	#i = null;
	constructor(e, t) {
		this.#e = e, this.#t = to(t);
	}
	of(e) {
		let t = e.version(this.#e), n = this.#i?.copy === e ? this.#i.version : null;
		if (n === t) return this.#r;
		let r = n === null ? null : e.changedSince(this.#e, n);
		return this.#n = r === null ? this.#a(e) : this.#o(e, r), this.#i = {
			copy: e,
			version: t
		}, this.#r = $a(this.#r, this.#n.map(({ data: e }) => e)), this.#r;
	}
	#a(e) {
		return Array.from(e.all(this.#e), ([e, t]) => ({
			id: e,
			data: t
		})).sort(this.#t);
	}
	#o(e, t) {
		let n = this.#n.filter(({ id: e }) => !t.has(e)), r = [...t].map((t) => ({
			id: t,
			data: e.get(this.#e, t)
		})).filter(({ data: e }) => e !== void 0), i = [], a = 0;
		for (let e of r.sort(this.#t)) {
			let t = eo(e, n, a, this.#t);
			for (; a < t; a += 1) i.push(n[a]);
			i.push(e);
		}
		for (; a < n.length; a += 1) i.push(n[a]);
		return i;
	}
};
function $a(e, t) {
	return t.length === e.length && t.every((t, n) => Object.is(t, e[n])) ? e : t;
}
function eo(e, t, n, r) {
	let [i, a] = [n, t.length];
	for (; i < a;) {
		let n = i + a >>> 1;
		r(t[n], e) < 0 ? i = n + 1 : a = n;
	}
	return i;
}
function to(e) {
	if (e === void 0) return (e, t) => qa(e.id, t.id);
	if (typeof e == "function") return (t, n) => e(t.data, n.data) || qa(t.id, n.id);
	let t = ({ data: t }) => t[e];
	return (e, n) => no(t(e), t(n)) || qa(e.id, n.id);
}
function no(e, t) {
	return typeof e == "string" && typeof t == "string" ? qa(e, t) : Number(e ?? 0) - Number(t ?? 0);
}
var ro = {
	cursor: 0,
	pending: 0,
	rejected: [],
	status: "offline",
	error: null
};
function io(e, t, { find: n, keyOf: r, onProblem: i }) {
	return {
		name: e,
		copy: new Ka(e, n, r, (e, t) => i({
			kind: "callback-failed",
			route: `${e.name}/${e.version}`,
			error: t
		})),
		listeners: new P(i),
		cursor: 0,
		epoch: "",
		isKnown: !1,
		isUnkept: !1,
		standing: t,
		shown: ro,
		holders: 0,
		leaving: void 0,
		subscription: "none",
		isDoubtful: !1,
		isReading: !1,
		readsAgain: !1,
		failures: 0,
		retry: void 0
	};
}
function ao({ cursor: e, epoch: t, copy: n }) {
	return {
		cursor: e,
		epoch: t,
		entities: n.told()
	};
}
var oo = class {
	client = "";
	#e;
	#t = [];
	#n = [];
	#r = [];
	#i = /* @__PURE__ */ new Map();
	#a = 0;
	constructor(e) {
		this.#e = e;
	}
	get list() {
		return this.#t;
	}
	get adding() {
		return this.#n;
	}
	get waiting() {
		return this.#t.filter(({ status: e }) => e === "pending").length + this.#n.length;
	}
	has(e) {
		return this.#t.some((t) => t.id === e);
	}
	isOwn(e) {
		return e.startsWith(`${this.#e}-`);
	}
	ask(e) {
		this.#a += 1;
		let t = {
			...e,
			id: `${this.#e}-${this.#a.toString(36)}`
		};
		return this.#n = [...this.#n, t], {
			asked: t,
			settled: new Promise((e) => this.#i.set(t.id, {
				scope: t.scope,
				settle: e
			}))
		};
	}
	add(e) {
		if (this.#n = this.#n.filter(({ id: t }) => t !== e.id), this.has(e.id)) return;
		let t = ({ client: t, seq: n }) => t === e.client && n > e.seq, n = this.#t.filter((e) => !t(e));
		this.#t = [
			...n,
			e,
			...this.#t.filter(t)
		];
	}
	change(e) {
		let t = new Set(e.changed.map(({ scope: e }) => e));
		for (let { id: n, scope: r } of this.#t) e.forgotten.includes(n) && t.add(r);
		return this.#t = so(this.#t, e), e.changed.forEach((e) => this.#o(e)), t;
	}
	writing(e) {
		return this.#r = [...this.#r, e], () => void (this.#r = this.#r.filter((t) => t !== e));
	}
	load({ client: e, queue: t }) {
		this.client = e, this.#t = this.#r.reduce(so, t), this.#t.forEach((e) => this.#o(e));
	}
	missing() {
		let e = (e) => this.has(e) || this.#n.some((t) => t.id === e);
		return [...this.#i].flatMap(([t, { scope: n }]) => e(t) ? [] : [[t, n]]);
	}
	settle(e, t) {
		this.#i.get(e)?.settle(t), this.#i.delete(e);
	}
	#o({ id: e, status: t, cursor: n = 0, refusal: r }) {
		if (t === "pending") return;
		if (r === void 0) return this.settle(e, {
			status: "success",
			cursor: n
		});
		let { errorCode: i, errorParams: a, message: o } = r;
		this.settle(e, {
			status: "error",
			errorCode: i,
			errorParams: a,
			message: o
		});
	}
};
function so(e, { changed: t, forgotten: n }) {
	let [r, i] = [new Map(t.map((e) => [e.id, e])), new Set(n)];
	return e.flatMap((e) => {
		if (i.has(e.id)) return [];
		let t = r.get(e.id);
		return t === void 0 || e.status !== "pending" && t.status !== "dismissed" ? e : {
			...t,
			client: e.client,
			seq: e.seq
		};
	});
}
var co = 500, lo = 100, uo = class {
	queue;
	#e;
	#t = /* @__PURE__ */ new Map();
	leads = !1;
	#n = 0;
	constructor(e) {
		this.#e = e, this.queue = new oo(e.tab);
	}
	get scopes() {
		return [...this.#t.values()];
	}
	scope(e) {
		return this.#t.get(e);
	}
	isOpen(e) {
		return this.#t.get(e.name) === e;
	}
	copy(e) {
		return this.#t.get(e)?.copy;
	}
	status(e) {
		return this.#t.get(e)?.shown ?? ro;
	}
	open(e, t) {
		let n = io(e, t, this.#e);
		return this.#t.set(e, n), this.#a(e), n;
	}
	close(e) {
		this.#t.delete(e.name);
	}
	stand(e, t) {
		let { status: n, error: r } = e.standing;
		(n !== t.status || r?.errorCode !== t.error?.errorCode) && (e.standing = t, this.leads && this.#e.tell({
			kind: "status",
			scope: e.name,
			...t
		}), this.#o(e));
	}
	async load(e, t) {
		let n = await e.scope(t.name), r = t.isKnown && n?.epoch === t.epoch && n.cursor < t.cursor;
		return n !== null && !r && this.isOpen(t) && this.#r(t, n), n !== null;
	}
	async catchUp(e, t = this.scopes) {
		for (let n of t) {
			let t = n.isKnown ? await e.head(n.name) : void 0;
			(t === void 0 || t !== null && !Da(t, n)) && await this.load(e, n);
		}
	}
	#r(e, { cursor: t, epoch: n, entities: r }) {
		e.copy.replace(r), Object.assign(e, {
			cursor: t,
			epoch: n,
			isKnown: !0
		}), this.#a(e.name);
	}
	#i(e, t, n, r) {
		e.copy.apply(r), Object.assign(e, {
			cursor: t,
			epoch: n
		}), this.#a(e.name);
	}
	#a(e) {
		let t = this.#t.get(e);
		if (t === void 0) return;
		let n = ({ status: e, cursor: n = 0 }) => e === "pending" || e === "applied" && (!t.isKnown || n > t.cursor), r = this.queue.list.filter((t) => t.scope === e && n(t));
		t.copy.rebase([...r, ...this.queue.adding.filter((t) => t.scope === e)]), this.#o(t);
	}
	#o(e) {
		let t = this.queue.list.filter((t) => t.scope === e.name), n = this.queue.adding.filter((t) => t.scope === e.name), r = t.filter(({ status: e }) => e === "pending").length + n.length, i = t.flatMap((e) => fo(e) ?? []), { cursor: a, standing: o, shown: s } = e, c = i.length === s.rejected.length && i.every(({ id: e }, t) => e === s.rejected[t]?.id);
		s.cursor === a && s.pending === r && c && s.status === o.status && s.error === o.error || (e.shown = {
			cursor: a,
			pending: r,
			rejected: c ? s.rejected : i,
			...o
		}), e.listeners.tell();
	}
	ask(e, t) {
		let { asked: n, settled: r } = this.queue.ask(e);
		return this.#a(n.scope), this.#e.write(async (e) => {
			let r = await e.add(n);
			this.#l(r), this.#e.tell({
				kind: "added",
				queued: r
			}), t();
		}), {
			id: n.id,
			settled: r
		};
	}
	dismiss(e) {
		let t = this.queue.list.find((t) => t.id === e && t.status === "rejected");
		if (t === void 0) return;
		let n = {
			...t,
			status: "dismissed"
		}, r = this.queue.list.filter(({ status: e }) => e === "dismissed").map((e) => e.id), i = this.queue.isOwn(e) ? [e] : r.slice(0, Math.max(0, r.length + 1 - lo)), a = {
			changed: [n],
			forgotten: i
		};
		this.#u(a, async (t) => {
			await t.update(i.includes(e) ? [] : [n], i), this.#e.tell({
				kind: "settled",
				...a
			});
		});
	}
	settle(e) {
		let t = this.#c(e);
		this.#u({
			changed: e,
			forgotten: t
		}, async (n) => {
			let r = await this.#s(n, e), i = r.filter((e) => this.queue.isOwn(e));
			await n.update(e.filter(({ id: e }) => !i.includes(e)), [...i, ...t]), this.#d({
				changed: [],
				forgotten: r
			}), this.#e.tell({
				kind: "settled",
				changed: e,
				forgotten: r
			});
			let a = r.filter((e) => !i.includes(e));
			a.length > 0 && await n.update([], a);
		});
	}
	async tidy(e) {
		let t = this.queue.list.filter(({ status: e }) => e !== "pending");
		if (t.length === 0) return;
		let n = await this.#s(e, t);
		this.#d({
			changed: [],
			forgotten: n
		}), this.#e.tell({
			kind: "settled",
			changed: t,
			forgotten: n
		}), n.length > 0 && await e.update([], n);
	}
	async #s(e, t) {
		let n = [];
		for (let { id: r, status: i, scope: a, cursor: o = 0 } of t) {
			if (i !== "applied") continue;
			let t = this.#t.get(a);
			t?.isKnown !== !1 && o <= ((await e.head(a))?.cursor ?? t?.cursor ?? o) && n.push(r);
		}
		return n;
	}
	#c(e) {
		let t = ({ status: e, scope: t }) => e === "applied" && !this.#t.has(t), n = this.queue.list.filter(t);
		return n.slice(0, Math.max(0, n.length + e.filter(t).length - co)).map(({ id: e }) => e);
	}
	async loadQueue(e) {
		let [t, n] = [this.#n, await e.queue()];
		for (; t !== this.#n;) [t, n] = [this.#n, await e.queue()];
		this.queue.load(n);
		for (let [t, n] of this.queue.missing()) {
			let [r, i] = [this.#t.get(n), await e.head(n)];
			this.queue.settle(t, {
				status: "success",
				cursor: Math.max(i?.cursor ?? 0, r?.isKnown === !0 ? r.cursor : 0)
			});
		}
		for (let e of this.#t.keys()) this.#a(e);
	}
	async restart(e) {
		await e.restart(Oa()), await this.loadQueue(e), this.#e.tell({ kind: "restarted" });
	}
	#l(e) {
		this.queue.add(e), this.#a(e.scope);
	}
	#u(e, t, n) {
		this.#d(e);
		let r = this.queue.writing(e), i = (e) => async (t) => {
			await e(t), r();
		};
		this.#e.write(i(t), n && i(n));
	}
	#d(e) {
		for (let t of this.queue.change(e)) this.#a(t);
	}
	commit(e, t, n, r) {
		let { name: i } = e, a = {
			cursor: e.cursor,
			epoch: e.epoch
		}, o = this.#m(i, t), s = {
			kind: "moved",
			scope: i,
			from: a.cursor,
			cursor: t,
			epoch: n,
			changes: r,
			done: o
		};
		this.#i(e, t, n, r), this.#u({
			changed: [],
			forgotten: o
		}, async (c) => {
			e.isUnkept || await c.commit(i, {
				from: a,
				cursor: t,
				epoch: n,
				changes: r,
				done: o
			}) || await c.commit(i, {
				...ao(e),
				done: o
			}), e.isUnkept && await c.update([], o), this.#e.tell(s);
		}, (t) => this.#f(t, e, o, s));
	}
	replace(e, t) {
		let { name: n } = e, r = e.epoch !== "" && e.epoch !== t.epoch, i = this.#m(n, r ? Infinity : t.cursor);
		this.#r(e, t), this.#u({
			changed: [],
			forgotten: i
		}, async (r) => {
			await r.commit(n, {
				...t,
				done: i
			}), e.isUnkept = !1, this.#e.tell({
				kind: "replaced",
				scope: n,
				done: i
			});
		}, (r) => this.#f(r, e, i, {
			kind: "replaced",
			scope: n,
			done: i,
			copy: t
		}));
	}
	async #f(e, t, n, r) {
		let i = this.scopes.filter((e) => e !== t).map(({ name: e }) => e);
		await e.drop(new Set(i)), await e.update([], n), t.isUnkept = !0, this.#e.tell(r);
	}
	hear(e) {
		if (e.kind === "status") {
			let { status: t, error: n } = e, r = this.#t.get(e.scope);
			r !== void 0 && !this.leads && this.stand(r, {
				status: t,
				error: n
			});
		} else this.#n += 1, e.kind === "added" ? this.#l(e.queued) : e.kind === "settled" ? this.#d(e) : e.kind === "restarted" ? this.#e.write((e) => this.loadQueue(e)) : this.#p(e);
	}
	#p(e) {
		let t = this.#t.get(e.scope), n = () => this.#d({
			changed: [],
			forgotten: e.done
		});
		if (t === void 0) return n();
		if (e.kind === "moved" && t.isKnown && t.cursor === e.from) return this.#i(t, e.cursor, e.epoch, e.changes), n();
		if (e.kind === "replaced" && e.copy !== void 0) return this.#r(t, e.copy), n();
		this.#e.write(async (e) => {
			await this.load(e, t) || this.#e.onMissed(), n();
		});
	}
	#m(e, t) {
		return this.queue.list.filter((n) => n.scope === e && n.status === "applied" && (n.cursor ?? 0) <= t).map(({ id: e }) => e);
	}
};
function fo({ status: e, refusal: t, id: n, name: r, version: i, scope: a, args: o }) {
	if (e !== "rejected" || t === void 0) return null;
	let { errorCode: s, errorParams: c, message: l } = t;
	return {
		id: n,
		name: r,
		version: i,
		scope: a,
		args: o,
		errorCode: s,
		errorParams: c,
		message: l
	};
}
function po(e) {
	return S(e) && typeof e.kind == "string" ? e : null;
}
var mo = /* @__PURE__ */ new Set([
	"session-unavailable",
	"store-unavailable",
	"sync-disconnected",
	"sync-rate-limited",
	"sync-server-failed",
	"sync-shutting-down",
	"sync-timeout",
	"sync-unavailable"
]), ho = "auth-user-changed", go = class {
	#e;
	#t;
	#n;
	#r = null;
	constructor(e, t, n) {
		this.#e = e, this.#t = t, this.#n = n;
	}
	get isOpen() {
		return this.#e.isOpen() && this.#r === null;
	}
	get refusal() {
		return this.#r;
	}
	push(e) {
		return this.#i(() => this.#e.push({
			user: this.#t,
			...e
		}));
	}
	pull(e) {
		return this.#i(() => this.#e.pull({
			user: this.#t,
			...e
		}));
	}
	snapshot(e) {
		return this.#i(() => this.#e.snapshot({
			user: this.#t,
			...e
		}));
	}
	subscribe(e) {
		return this.#i(() => this.#e.subscribe({
			user: this.#t,
			...e
		}));
	}
	unsubscribe(e) {
		this.#e.unsubscribe(e);
	}
	note(e) {
		e.errorCode === ho && (this.#r = e, this.#n());
	}
	tryAgain() {
		this.#r = null;
	}
	async #i(e) {
		if (this.#r !== null) return {
			status: "error",
			...this.#r
		};
		let t = await e(), n = _o(t);
		return n !== null && this.note(n), t;
	}
};
function _o(e) {
	let { status: t } = e;
	return t === "error" ? e : null;
}
var vo = {
	baseMs: 1e3,
	capMs: 3e4
}, yo = {
	mutations: 100,
	characters: 5e5
}, bo = /* @__PURE__ */ new Set([
	...mo,
	"auth-required",
	"auth-user-changed"
]), xo = class {
	#e;
	#t = !1;
	#n = !1;
	#r = null;
	#i = 0;
	#a;
	#o = null;
	#s = !1;
	constructor(e) {
		this.#e = e;
	}
	opened() {
		this.#m(), this.push();
	}
	close() {
		this.#t = !0, this.#m();
	}
	push() {
		!this.#n && this.#a === void 0 && this.#e.local.leads && this.#c();
	}
	async landed(e) {
		this.flies(e) && await this.#r?.landed;
	}
	flies(e) {
		return this.#r?.scopes.has(e) === !0;
	}
	async #c() {
		this.#n = !0;
		try {
			let e = yo.mutations;
			for (; this.#e.server.isOpen && !this.#t;) {
				let t = this.#d(e);
				if (t.length === 0) return;
				let n = await this.#l(t);
				if (n === "later") return;
				e = n === "smaller" ? Math.ceil(t.length / 2) : yo.mutations;
			}
		} finally {
			this.#n = !1;
		}
	}
	async #l(e) {
		let t = () => {}, n = new Promise((e) => t = e);
		this.#r = {
			scopes: new Set(e.map(({ scope: e }) => e)),
			landed: n
		};
		try {
			return await this.#u(e);
		} finally {
			this.#r = null, t();
		}
	}
	async #u(e) {
		let { server: t, local: n } = this.#e, r = e[0]?.client ?? "", i = await t.push({
			client: r,
			mutations: e.map(So)
		});
		return i.status === "success" ? this.#h(e, i.results) : i.errorCode === "sync-id-reused" ? this.#g(r) : i.errorCode === "sync-too-large" ? e.length > 1 ? "smaller" : (this.#s = !1, n.settle(e.map((e) => ({
			...e,
			status: "rejected",
			refusal: Co(i)
		}))), "on") : (this.#p(i), this.#f());
	}
	#d(e) {
		let t = [], n = 0;
		for (let r of this.#e.local.queue.list) if (r.status === "pending") {
			if (n += JSON.stringify(r.args)?.length ?? 0, t.length > 0 && t[0]?.client !== r.client || t.length === e || t.length > 0 && n > yo.characters) break;
			t.push(r);
		}
		return t;
	}
	#f() {
		if (!this.#e.server.isOpen || this.#t) return "later";
		this.#i += 1;
		let e = () => {
			this.#m(), this.push();
		};
		return this.#m(), this.#a = setTimeout(e, Mn(this.#i, vo, this.#e.random)), "later";
	}
	#p(e) {
		this.#e.server.isOpen && !bo.has(e.errorCode) && this.#o !== e.errorCode && (this.#o = e.errorCode, this.#e.onProblem({
			kind: "push-refused",
			errorCode: e.errorCode,
			message: e.message
		}));
	}
	#m() {
		clearTimeout(this.#a), this.#a = void 0;
	}
	async #h(e, t) {
		let n = new Map(t.map((e) => [e.id, e])), r = [], i = null;
		for (let t of e) {
			let e = n.get(t.id);
			e !== void 0 && (e.ok ? r.push({
				...t,
				status: "applied",
				cursor: e.cursor
			}) : e.isSettled ? r.push({
				...t,
				status: "rejected",
				refusal: Co(e.refusal)
			}) : i ??= e.refusal);
		}
		r.length > 0 && (this.#i = 0, this.#o = null, this.#s = !1, this.#e.local.settle(r));
		let a = i?.errorCode === "sync-id-reused" || i?.errorCode === "mutation-out-of-order";
		return a && r.length === 0 ? this.#g(e[0]?.client ?? "") : r.length === e.length || a ? "on" : this.#f();
	}
	async #g(e) {
		let { local: t, written: n } = this.#e, r = new Set(t.queue.list.map(({ id: e }) => e));
		return await n((e) => t.loadQueue(e)), t.queue.list.some(({ id: e, status: t }) => t === "pending" && !r.has(e)) ? "on" : this.#s || e !== t.queue.client ? this.#f() : (this.#s = !0, await n((e) => t.restart(e)), "on");
	}
};
function So({ id: e, seq: t, name: n, version: r, scope: i, args: a, after: o }) {
	return {
		id: e,
		seq: t,
		name: n,
		version: r,
		scope: i,
		args: a,
		...o !== void 0 && { after: o }
	};
}
function Co({ errorCode: e, errorParams: t, message: n }) {
	return {
		errorCode: e,
		errorParams: t,
		message: n
	};
}
var wo = 100, To = {
	status: "syncing",
	error: null
}, Eo = {
	status: "live",
	error: null
}, Do = {
	status: "offline",
	error: null
}, Oo = class {
	#e;
	#t = !1;
	#n = 0;
	constructor(e) {
		this.#e = e;
	}
	standing(e) {
		let { refusal: t } = this.#e.server;
		return t === null ? e ? To : Do : Ao(t);
	}
	lost() {
		this.#n += 1;
		for (let e of this.#e.local.scopes) clearTimeout(e.retry), e.subscription = "none", this.#e.local.leads && this.#e.local.stand(e, Do);
	}
	refused() {
		let { server: e, local: t } = this.#e;
		if (e.refusal !== null && t.leads) for (let n of t.scopes) this.#p(n, e.refusal);
	}
	close() {
		this.#t = !0;
		for (let e of this.#e.local.scopes) clearTimeout(e.retry), clearTimeout(e.leaving);
	}
	readAll() {
		if (this.#e.local.leads) {
			this.subscribe(this.#e.local.scopes.filter(({ subscription: e }) => e === "none"));
			for (let e of this.#e.local.scopes) e.subscription === "held" && this.#o(e);
		}
	}
	subscribe(e) {
		let { server: t } = this.#e;
		if (t.refusal !== null) return this.refused();
		if (!(!t.isOpen || this.#t)) for (let t = 0; t < e.length; t += wo) this.#r(e.slice(t, t + wo));
	}
	async #r(e) {
		let { server: t, local: n } = this.#e;
		for (let t of e) clearTimeout(t.retry), t.subscription = "asked", t.isDoubtful = !1, t.standing.status !== "error" && n.stand(t, To);
		let r = this.#n, i = await t.subscribe({
			scopes: e.map(({ name: e }) => e),
			client: n.queue.client
		});
		if (r === this.#n) for (let t of e) {
			let e = i.status === "error" ? i : i.scopes[t.name];
			t.subscription === "asked" && n.isOpen(t) && (e === void 0 ? t.subscription = "none" : "errorCode" in e ? this.#p(t, e) : t.isDoubtful ? this.subscribe([t]) : this.#i(t, e));
		}
	}
	#i(e, t) {
		if (e.subscription = "held", e.isKnown && Da(e, t)) return this.#f(e);
		this.#e.local.stand(e, To), this.#o(e);
	}
	unsubscribed({ scope: e, errorCode: t, errorParams: n, message: r }) {
		let { server: i, local: a } = this.#e, o = {
			errorCode: t,
			errorParams: n,
			message: r
		};
		i.note(o);
		let s = a.scope(e);
		s !== void 0 && a.leads && (s.subscription === "asked" ? s.isDoubtful = !0 : this.#p(s, o));
	}
	poked(e) {
		let { landed: t, flies: n } = this.#e;
		if (!n(e.scope)) return this.#a(e);
		t(e.scope).then(() => this.#a(e));
	}
	#a({ scope: e, cursor: t, changes: n }) {
		let { local: r } = this.#e, i = r.scope(e);
		i === void 0 || i.subscription === "none" || this.#t || t <= i.cursor || (i.isKnown && !i.isReading && n[0]?.cursor === i.cursor + 1 && n.at(-1)?.cursor === t ? r.commit(i, t, i.epoch, n) : this.#o(i));
	}
	async #o(e) {
		if (e.readsAgain = !0, !e.isReading) {
			e.isReading = !0;
			try {
				for (; e.readsAgain && this.#s(e);) if (e.readsAgain = !1, !(e.isKnown ? await this.#c(e) : await this.#l(e))) return;
				this.#s(e) && this.#f(e);
			} finally {
				e.isReading = !1;
			}
		}
	}
	#s(e) {
		let { server: t, local: n } = this.#e;
		return t.isOpen && n.isOpen(e) && e.subscription !== "none" && !this.#t;
	}
	async #c(e) {
		let { server: t, local: n, landed: r } = this.#e, { name: i, cursor: a, epoch: o } = e, s = this.#n, c = await this.#u(e, s, () => t.pull({
			scope: i,
			cursor: a,
			epoch: o
		}));
		return await r(i), this.#d(e, s) ? !0 : c.status === "success" ? e.cursor === a ? ((c.changes.length > 0 || c.epoch !== o) && n.commit(e, c.cursor, c.epoch, c.changes), c.hasMore && (e.readsAgain = !0), !0) : e.readsAgain = !0 : c.errorCode === "cursor-too-old" ? (e.isKnown = !1, e.readsAgain = !0) : this.#p(e, c);
	}
	async #l(e) {
		let { server: t, local: n, landed: r } = this.#e, i = [], a = this.#n, o;
		for (;;) {
			let s = await this.#u(e, a, () => t.snapshot({
				scope: e.name,
				page: o
			}));
			if (this.#d(e, a)) return !0;
			if (s.status === "error") return s.errorCode === "cursor-too-old" && o !== void 0 ? e.readsAgain = !0 : this.#p(e, s);
			for (let [e, t] of Object.entries(s.data)) for (let [n, r] of Object.entries(t)) i.push([
				e,
				n,
				r
			]);
			if (o = s.next, o === void 0) return await r(e.name), this.#d(e, a) ? !0 : (n.replace(e, {
				cursor: s.cursor,
				epoch: s.epoch,
				entities: i
			}), e.readsAgain = !0);
		}
	}
	async #u(e, t, n) {
		for (;;) {
			let r = await n(), i = _o(r);
			if (i?.errorCode !== "sync-rate-limited" || (await new Promise((e) => setTimeout(e, ko(i))), this.#d(e, t) || this.#t)) return r;
		}
	}
	#d(e, t) {
		return t !== this.#n || !this.#e.local.isOpen(e);
	}
	#f(e) {
		e.failures = 0, this.#e.local.stand(e, Eo);
	}
	#p(e, t) {
		let { local: n, random: r } = this.#e;
		return clearTimeout(e.retry), e.subscription = "none", n.stand(e, Ao(t)), !mo.has(t.errorCode) || this.#t || (e.failures += 1, e.retry = setTimeout(() => {
			e.subscription === "none" && n.isOpen(e) && this.subscribe([e]);
		}, Mn(e.failures, vo, r))), !1;
	}
};
function ko({ errorParams: { seconds: e } }) {
	return (typeof e == "number" ? Math.min(Math.max(e, 1), 60) : 1) * 1e3;
}
function Ao({ errorCode: e, message: t }) {
	return {
		status: "error",
		error: {
			errorCode: e,
			message: t
		}
	};
}
function jo(e) {
	return typeof BroadcastChannel < "u" && typeof navigator < "u" && "locks" in navigator ? No(e) : Mo();
}
function Mo() {
	return {
		tell: () => {},
		onHeard: () => {},
		onLead: (e) => queueMicrotask(e),
		close: () => {}
	};
}
function No(e) {
	let t = new BroadcastChannel(e), n = new AbortController(), r = () => {};
	return {
		tell: (e) => t.postMessage(e),
		onHeard: (e) => {
			t.onmessage = ({ data: t }) => e(t);
		},
		onLead: (t) => {
			navigator.locks.request(`${e} leader`, { signal: n.signal }, async () => {
				n.signal.aborted || (t(), await new Promise((e) => r = e));
			}).catch(() => {});
		},
		close: () => {
			t.close(), n.abort(), r();
		}
	};
}
var Po = class {
	#e;
	#t = new Ma();
	#n;
	constructor(e) {
		this.#e = e, this.#n = this.#r();
	}
	write(e, t) {
		this.#n = this.#n.then(() => this.#a(e, t));
	}
	async written(e) {
		this.write(e), await this.#n;
	}
	close() {
		this.#n.then(() => this.#t.close());
	}
	async #r() {
		let { open: e, load: t, onAlone: n } = this.#e;
		try {
			this.#t = await e(), await t(this.#t);
		} catch (e) {
			await this.#i(e), await t(this.#t);
		}
		this.#t.isLasting || n();
	}
	async #i(e) {
		let { restore: t, onProblem: n, onDrop: r, waiting: i } = this.#e;
		n({
			kind: "store-not-kept",
			error: e
		});
		let a = await Fo(t(e));
		this.#t = a ?? new Ma(), r(a === null ? {
			reason: "not-kept",
			waiting: i(),
			error: e
		} : {
			reason: "damaged",
			error: e
		});
	}
	async #a(e, t) {
		let { onProblem: n } = this.#e, r = this.#t;
		try {
			await e(r);
		} catch (i) {
			if (!r.isLasting) return n({
				kind: "callback-failed",
				route: null,
				error: i
			});
			if (Ea(i) && await this.#o(r, e, t)) return;
			await this.#s(i), await e(this.#t).catch((e) => n({
				kind: "callback-failed",
				route: null,
				error: e
			}));
		}
	}
	async #o(e, t, n) {
		let r = (n) => async () => {
			await e.drop(n), await t(e);
		};
		for (let t of [r(this.#e.read()), n ?? r(/* @__PURE__ */ new Set())]) try {
			return await t(e), !0;
		} catch (e) {
			if (!Ea(e)) return !1;
		}
		return !1;
	}
	async #s(e) {
		let { load: t, queue: n, waiting: r, onProblem: i, onDrop: a, onAlone: o } = this.#e;
		i({
			kind: "store-not-kept",
			error: e
		}), await t(this.#t).catch(() => {}), this.#t.close(), this.#t = new Ma(n()), a({
			reason: "not-kept",
			waiting: r(),
			error: e
		}), o();
	}
};
async function Fo(e) {
	try {
		let t = await e;
		return await t?.queue(), t;
	} catch {
		return null;
	}
}
var Io = 3e4, Lo = 3e4, Ro = 3e5, zo = class {
	#e;
	#t;
	#n;
	#r;
	#i;
	#a;
	#o;
	#s = [];
	#c = [];
	#l = Oa().slice(0, 24);
	#u = /* @__PURE__ */ new Map();
	#d;
	#f = !1;
	constructor({ log: e, user: t, find: n, keyOf: r, open: i, restore: a, tabs: o, onFocus: s }) {
		let { onProblem: c, random: l } = e;
		this.#e = e, this.#d = o, this.#o = new P(c), this.#t = new go(e, t, () => this.#i.refused());
		let u = new uo({
			find: n,
			keyOf: r,
			onProblem: c,
			tab: this.#l,
			write: (e, t) => this.#a.write(e, t),
			tell: (e) => this.#b(e),
			onMissed: () => this.#w()
		});
		this.#n = u;
		let d = (e) => this.#a.written(e);
		this.#r = new xo({
			server: this.#t,
			local: u,
			onProblem: c,
			random: l,
			written: d
		}), this.#i = new Oo({
			server: this.#t,
			local: u,
			random: l,
			landed: (e) => this.#r.landed(e),
			flies: (e) => this.#r.flies(e)
		}), this.#a = new Po({
			open: i,
			restore: a,
			onProblem: c,
			load: (e) => u.loadQueue(e),
			queue: () => u.queue.list,
			waiting: () => u.queue.waiting,
			read: () => new Set([...this.#u.values()].flatMap(({ scopes: e }) => [...e]).concat(u.scopes.map(({ name: e }) => e))),
			onDrop: (e) => this.#p(e),
			onAlone: () => this.#x()
		}), this.#y(o), this.#m(s);
	}
	mutate(e) {
		return this.#e.use(), this.#n.ask(e, () => this.#r.push());
	}
	hold(e, t) {
		this.#e.use();
		let n = this.#k(e);
		clearTimeout(n.leaving), n.holders += 1;
		let r = n.listeners.on(t), i = !0;
		return () => {
			r(), i && (i = !1, --n.holders, n.holders === 0 && !this.#f && (n.leaving = setTimeout(() => this.#A(n), Lo)));
		};
	}
	copy(e) {
		return this.#n.copy(e);
	}
	status(e) {
		return this.#n.status(e);
	}
	dismiss(e) {
		this.#n.dismiss(e);
	}
	onDrop(e) {
		let t = this.#s;
		this.#s = [];
		let n = this.#o.on(e);
		return queueMicrotask(() => t.forEach((e) => this.#o.tell(e))), n;
	}
	close() {
		if (this.#f) return;
		for (let e of this.#c) e();
		this.#r.close(), this.#i.close();
		let { leads: e, scopes: t } = this.#n;
		e && t.length > 0 && this.#t.unsubscribe(t.map(({ name: e }) => e)), this.#b({
			kind: "wants",
			tab: this.#l,
			scopes: []
		}), this.#f = !0, this.#n.leads = !1, this.#d.close(), this.#a.close();
	}
	#p(e) {
		this.#o.size === 0 ? this.#s = [...this.#s, e] : this.#o.tell(e);
	}
	#m(e) {
		let t = setInterval(() => this.#_(), Io);
		this.#c.push(this.#e.onOpen((e) => e ? this.#h() : this.#g()), this.#e.onPoke((e) => this.#n.leads && this.#i.poked(e)), this.#e.onUnsubscribed((e) => this.#i.unsubscribed(e)), e(() => {
			this.#_(), this.#n.leads || this.#b({ kind: "looked" });
		}), () => clearInterval(t));
	}
	#h() {
		!this.#n.leads || !this.#e.isOpen() || this.#f || (this.#t.tryAgain(), this.#i.readAll(), this.#r.opened());
	}
	#g() {
		this.#t.tryAgain(), this.#i.lost();
	}
	#_() {
		this.#a.write(async (e) => {
			await this.#n.loadQueue(e), this.#n.leads || await this.#n.catchUp(e), this.#r.push();
		}), this.#E(), this.#n.leads ? this.#v() : this.#w();
	}
	#v() {
		this.#t.tryAgain(), this.#i.readAll(), this.#r.push();
	}
	#y(e) {
		this.#d = e, e.onHeard((e) => {
			let t = po(e);
			t !== null && !this.#f && this.#C(t);
		}), e.onLead(() => this.#a.write((e) => this.#S(e)));
	}
	#b(e) {
		this.#f || this.#d.tell(e);
	}
	#x() {
		this.#d.close(), this.#y(Mo());
	}
	async #S(e) {
		this.#f || (await this.#n.loadQueue(e), await this.#n.catchUp(e), this.#n.leads = !0, await this.#n.tidy(e), this.#u.clear(), this.#b({ kind: "leads" }), queueMicrotask(() => this.#h()));
	}
	#C(e) {
		switch (e.kind) {
			case "leads": return this.#_();
			case "looked": return this.#n.leads ? this.#v() : void 0;
			case "wants": return this.#T(e.tab, e.scopes);
			default: this.#n.hear(e), e.kind === "added" && this.#r.push();
		}
	}
	#w() {
		this.#b({
			kind: "wants",
			tab: this.#l,
			scopes: this.#n.scopes.map(({ name: e }) => e)
		});
	}
	#T(e, t) {
		let n = this.#u.get(e)?.scopes;
		if (this.#u.set(e, {
			scopes: new Set(t),
			saidAt: Date.now()
		}), n === void 0 && this.#w(), this.#n.leads) {
			for (let e of t) {
				let t = this.#k(e);
				this.#b({
					kind: "status",
					scope: e,
					...t.standing
				}), this.#a.write((e) => this.#O(e, t));
			}
			this.#D(n ?? []);
		}
	}
	#E() {
		for (let [e, { scopes: t, saidAt: n }] of this.#u) Date.now() - n <= Ro || (this.#u.delete(e), this.#n.leads && this.#D(t));
	}
	#D(e) {
		for (let t of e) {
			let e = this.#n.scope(t);
			e?.holders === 0 && this.#A(e);
		}
	}
	async #O(e, t) {
		t.isKnown && await e.head(t.name) === null && this.#b({
			kind: "replaced",
			scope: t.name,
			done: [],
			copy: ao(t)
		});
	}
	#k(e) {
		let t = this.#n.scope(e);
		if (t !== void 0) return t;
		let n = this.#n.open(e, this.#i.standing(this.#e.isOpen()));
		return this.#f || this.#a.write(async (e) => {
			await this.#n.catchUp(e, [n]), this.#w(), this.#n.leads && this.#i.subscribe([n]);
		}), n;
	}
	#A(e) {
		let t = [...this.#u.values()].some(({ scopes: t }) => t.has(e.name));
		e.holders > 0 || !this.#n.isOpen(e) || this.#n.leads && t || (this.#n.close(e), clearTimeout(e.retry), this.#n.leads && this.#t.unsubscribe([e.name]), this.#w());
	}
};
function Bo(e) {
	return Vo({}, e);
}
function Vo(e, t) {
	let { open: n = Fa, restore: r = Go, tabs: i = jo, onFocus: a = Ko } = e, { sync: o, user: s, mutators: c = {}, keys: l = {}, name: u = "" } = t, d = Ho(u, s), f = c, p = l, m = new zo({
		log: o.log,
		user: s,
		find: (e, t) => Object.hasOwn(f, e) ? f[e]?.[t] : void 0,
		keyOf: (e, t) => String(t[p[e] ?? "id"]),
		open: () => n(d),
		restore: (e) => r(d, e),
		tabs: i(d),
		onFocus: a
	});
	return {
		mutate: (e, t, n, r, { after: i } = {}) => {
			let a = {
				name: e,
				version: t,
				scope: n,
				args: JSON.parse(JSON.stringify(r ?? {}))
			};
			return m.mutate({
				...a,
				...i !== void 0 && { after: i }
			});
		},
		entities: (e, t) => {
			let { scope: n, ...r } = t, i = new Ya(e, r);
			return {
				get: () => i.of(m.copy(n)),
				subscribe: (e) => m.hold(n, e)
			};
		},
		entity: (e, t, n) => ({
			get: () => m.copy(n)?.get(e, t),
			subscribe: (e) => m.hold(n, e)
		}),
		pending: (e, t) => Wo(m, e, t),
		status: (e) => ({
			get: () => m.status(e),
			subscribe: (t) => m.hold(e, t)
		}),
		dismiss: (e) => m.dismiss(e),
		onDrop: (e) => m.onDrop(e),
		close: () => m.close()
	};
}
function Ho(e, t) {
	let n = encodeURIComponent(e);
	return t === null ? `syncwright nobody's store ${n}` : `syncwright store ${n} ${t}`;
}
var Uo = /* @__PURE__ */ new Set();
function Wo(e, t, n) {
	let r = Uo;
	return {
		get: () => {
			let i = new Set(e.copy(n)?.guessed(t) ?? []);
			return i.size === r.size && [...i].every((e) => r.has(e)) || (r = i), r;
		},
		subscribe: (t) => e.hold(n, t)
	};
}
function Go(e, t) {
	return Ra(t) ? _n(e).then(() => Fa(e)) : null;
}
function Ko(e) {
	if (typeof document > "u") return () => {};
	let t = () => {
		document.visibilityState === "visible" && e();
	};
	return document.addEventListener("visibilitychange", t), () => document.removeEventListener("visibilitychange", t);
}
// ../../client-ts/dist/react.js
function qo(e) {
	return function({ name: t, version: n }) {
		let r = `${t}/${n}`, [a, s] = d(null), c = u(null), f = i(async (i) => {
			c.current?.abort();
			let a = new AbortController();
			c.current = a, s((e) => ({
				route: r,
				answer: Jo(e, r),
				isPending: !0
			}));
			let o = Yo(i?.signal, a), l = await e({
				...i,
				name: t,
				version: n,
				signal: a.signal
			});
			return o(), c.current === a && (c.current = null, s({
				route: r,
				answer: l,
				isPending: !1
			})), l;
		}, [
			t,
			n,
			r
		]), p = i(() => {
			c.current?.abort(), c.current = null, s((e) => e && {
				...e,
				isPending: !1
			});
		}, []);
		return o(() => p, [p, r]), l(() => {
			let e = Jo(a, r);
			return {
				call: f,
				isPending: a?.route === r && a.isPending,
				result: e?.status === "success" ? e.result : null,
				error: e?.status === "error" ? e : null
			};
		}, [
			f,
			a,
			r
		]);
	};
}
function Jo(e, t) {
	return e?.route === t ? e.answer : null;
}
function Yo(e, t) {
	let n = () => t.abort();
	return e?.aborted === !0 && n(), e?.addEventListener("abort", n), () => e?.removeEventListener("abort", n);
}
var Xo = { status: "idle" };
function Zo({ status: e, connect: t, reconnect: n, disconnect: r }) {
	return function() {
		let i = f(e.subscribe, e.getSnapshot, () => Xo);
		return l(() => ({
			status: i,
			isOnline: i.status === "connected",
			connect: t,
			reconnect: n,
			disconnect: r
		}), [i]);
	};
}
var Qo = [];
function $o({ subscribe: e, getSnapshot: t }) {
	return function() {
		return f(e, t, () => Qo);
	};
}
var es = { status: "idle" }, ts = { status: "joining" };
function ns(e) {
	return function(t) {
		let n = i((n) => t === null ? () => {} : e.holdRoom(t, n), [t]);
		return f(n, () => t === null ? es : rs(e.roomStatus(t)), () => t === null ? es : ts);
	};
}
function rs(e) {
	return e.status === "idle" ? ts : e;
}
var is = {
	people: [],
	me: null,
	more: 0,
	isOff: !1,
	isCurrent: !1
};
function as(e) {
	return function(t) {
		let n = i((n) => t === null ? () => {} : e.holdPresence(t, n), [t]), r = f(n, () => t === null ? es : rs(e.roomStatus(t)), () => t === null ? es : ts), a = f(n, () => t === null ? is : e.roomPresence(t), () => is), o = i((n) => e.setPresence(t, n), [t]);
		return l(() => {
			let e = a.people.filter(({ id: e }) => e !== a.me);
			return {
				...a,
				others: e,
				status: r,
				set: o
			};
		}, [
			a,
			r,
			o
		]);
	};
}
var os = class {
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = null;
	#r = !1;
	constructor(e) {
		this.#e = e;
	}
	beginRender() {
		let e = /* @__PURE__ */ new Map();
		return this.#n = e, queueMicrotask(() => this.#o(e)), e;
	}
	commit(e) {
		this.#o(e);
		for (let [t, { callbacks: n, register: r }] of e) this.#i(t, n, r);
	}
	attach() {
		this.#r = !0;
		for (let e of this.#t.values()) e.undo ??= e.register();
		return () => {
			this.#r = !1;
			for (let e of this.#t.values()) ss(e);
		};
	}
	upsert = (e) => {
		let { name: t, version: n } = e, r = `${t}/${n}`, i = pe(e), a = () => this.#e({
			name: t,
			version: n,
			callback: (e) => this.#t.get(r)?.callbacks.callback(e),
			onStream: (e, t) => this.#t.get(r)?.callbacks.onStream(e, t),
			onError: (e) => this.#t.get(r)?.callbacks.onError(e)
		});
		return this.#n === null ? this.#i(r, i, a) : this.#n.set(r, {
			callbacks: i,
			register: a
		}), () => this.#a(r, i);
	};
	#i(e, t, n) {
		let r = this.#t.get(e);
		r === void 0 ? this.#t.set(e, {
			callbacks: t,
			register: n,
			undo: this.#r ? n() : null
		}) : r.callbacks = t;
	}
	#a(e, t) {
		let n = this.#t.get(e);
		n?.callbacks === t && (ss(n), this.#t.delete(e)), this.#n?.get(e)?.callbacks === t && this.#n.delete(e);
	}
	#o(e) {
		this.#n === e && (this.#n = null);
	}
};
function ss(e) {
	e.undo?.(), e.undo = null;
}
function cs(e) {
	return function() {
		let [t] = d(() => new os(e)), n = t.beginRender();
		return c(() => t.commit(n)), o(() => t.attach(), [t]), l(() => ({ upsertSyncEventCallback: t.upsert }), [t]);
	};
}
var ls = {
	status: "loading",
	value: void 0,
	version: void 0,
	error: null,
	pending: 0
};
function us(e) {
	function t({ name: t, version: n, room: r, optimistic: i }, a) {
		let o = u(i);
		c(() => void (o.current = i));
		let { act: s, get: d, subscribe: p } = l(() => e({
			name: t,
			version: n,
			room: r,
			optimistic: (e, t) => o.current === void 0 ? e : o.current(e, t)
		}), [
			t,
			n,
			r
		]), m = u(void 0), h = f(p, l(() => a === void 0 ? d : ds(d, a, () => m.current), [d, a]), () => a === void 0 ? ls : void 0), g = a !== void 0;
		return c(() => void (m.current = g ? h : void 0)), l(() => g ? h : {
			...h,
			act: s
		}, [
			h,
			s,
			g
		]);
	}
	return t;
}
function ds(e, t, n) {
	let r = null;
	return () => {
		let { value: i } = e();
		return i === void 0 ? r = null : r?.of !== i && (r = {
			of: i,
			part: w(r === null ? n() : r.part, t(i))
		}), r?.part;
	};
}
function fs(e) {
	return {
		useSyncEvents: cs(e.upsertSyncEventCallback),
		useApiRequest: qo(e.apiRequest),
		useConnection: Zo(e),
		useRoom: ns(e),
		usePresence: as(e),
		useSyncState: us(e.stateOf),
		useOfflineCalls: $o(e.offlineCalls)
	};
}
var ps = Object.freeze([]), ms = /* @__PURE__ */ new Set(), hs = {
	cursor: 0,
	pending: 0,
	rejected: ps,
	status: "syncing",
	error: null
};
function gs() {
	let e = t(null);
	function r() {
		let t = a(e);
		if (t === null) throw Error("there is no store here: put `<StoreProvider store={…}>` around the components that use it, and show them when it has one");
		return t;
	}
	return {
		StoreProvider: ({ store: t, children: r }) => n(e.Provider, { value: t }, r),
		useStore: r,
		useStoreOrNull: () => a(e),
		useEntities: (e, { scope: t, where: n, orderBy: i }) => {
			let a = r(), o = u(ps), s = l(() => a.entities(e, {
				scope: t,
				where: n,
				orderBy: i
			}), [
				a,
				e,
				t,
				n,
				i
			]), d = l(() => _s(s, () => o.current), [s]), { subscribe: p } = l(() => a.entities(e, { scope: t }), [
				a,
				e,
				t
			]), m = f(p, d, () => ps);
			return c(() => void (o.current = m)), m;
		},
		useEntity: (e, t, n) => {
			let i = r(), a = l(() => i.entity(e, t, n), [
				i,
				e,
				t,
				n
			]);
			return f(a.subscribe, a.get, () => void 0);
		},
		usePending: (e, t) => {
			let n = r(), i = l(() => n.pending(e, t), [
				n,
				e,
				t
			]);
			return f(i.subscribe, i.get, () => ms);
		},
		useSyncStatus: (e) => {
			let t = r(), n = l(() => t.status(e), [t, e]);
			return f(n.subscribe, n.get, () => hs);
		}
	};
}
function _s(e, t) {
	return () => {
		let [n, r] = [t(), e.get()];
		return n.length === r.length && r.every((e, t) => Object.is(e, n[t])) ? n : r;
	};
}
// src/language/languages.ts
var vs = [
	"en",
	"nl",
	"de",
	"fr"
], ys = {
	en: "English",
	nl: "Nederlands",
	de: "Deutsch",
	fr: "Français"
};
function bs(e) {
	let t = e?.toLowerCase().split("-")[0];
	return vs.find((e) => e === t) ?? null;
}
function xs(e) {
	for (let t of e) {
		let e = bs(t);
		if (e !== null) return e;
	}
	return "en";
}
var Ss = "syncwright.language";
function Cs() {
	try {
		return bs(window.localStorage.getItem(Ss));
	} catch {
		return null;
	}
}
function ws(e) {
	try {
		e === null ? window.localStorage.removeItem(Ss) : window.localStorage.setItem(Ss, e);
	} catch {}
}
// src/_sockets/syncRequest.ts
var R = Ca({
	lang: Cs,
	offline: { user: () => Ts }
}), Ts;
function Es(e) {
	Ts = e;
}
var { syncRequest: z, apiRequest: Ds, joinRoom: Os, leaveRoom: ks, joinedRooms: As, updateLocation: js, upsertSyncEventCallback: Ms } = R, { useSyncEvents: Ns, useApiRequest: Ps, useConnection: Fs, useRoom: Is, usePresence: Ls, useSyncState: Rs, useOfflineCalls: zs } = fs(R);
function Bs(e, t) {
	return Bo({
		sync: R,
		user: e,
		mutators: t
	});
}
var { StoreProvider: Vs, useStore: Hs, useStoreOrNull: Us, useEntities: Ws, usePending: Gs, useSyncStatus: Ks } = gs(), qs = 1e3, Js = 3e4, Ys = class {
	#e;
	#t = !1;
	#n = !1;
	#r = !1;
	#i = 0;
	#a;
	constructor(e) {
		this.#e = e;
	}
	start() {
		this.#t = !0;
		let e = this.#e.onChance(() => {
			this.#a !== void 0 && this.#o();
		});
		return this.now(), () => {
			this.#t = !1, this.#s(), e();
		};
	}
	now() {
		this.#i = 0, this.#o();
	}
	later() {
		if (!this.#t || this.#a !== void 0) return;
		let e = Math.min(Js, qs * 2 ** this.#i);
		this.#i += 1, this.#a = setTimeout(() => void this.#o(), e * (.5 + this.#e.random() / 2));
	}
	async #o() {
		if (!this.#t || (this.#r = this.#n, this.#n)) return;
		this.#s(), this.#n = !0;
		let e = await this.#e.ask();
		this.#n = !1, this.#r ? this.#o() : e || this.later();
	}
	#s() {
		clearTimeout(this.#a), this.#a = void 0;
	}
}, Xs = "syncwright.lastUser";
function Zs() {
	try {
		let e = JSON.parse(localStorage.getItem(Xs) ?? "null");
		if (typeof e != "object" || !e || !("userId" in e) || !("name" in e)) return null;
		let { userId: t, name: n } = e;
		return typeof t == "string" && typeof n == "string" ? {
			userId: t,
			name: n
		} : null;
	} catch {
		return null;
	}
}
function Qs(e) {
	try {
		e === null ? localStorage.removeItem(Xs) : localStorage.setItem(Xs, JSON.stringify({
			userId: e.userId,
			name: e.name
		}));
	} catch {}
}
// src/session/chances.ts
function $s(e) {
	let t = R.status.getSnapshot().status === "connected", n = () => {
		let n = R.status.getSnapshot().status === "connected";
		n && !t && e(), t = n;
	}, r = () => {
		document.visibilityState === "visible" && e();
	};
	window.addEventListener("online", e), window.addEventListener("pageshow", e), document.addEventListener("visibilitychange", r);
	let i = R.status.subscribe(n);
	return () => {
		window.removeEventListener("online", e), window.removeEventListener("pageshow", e), document.removeEventListener("visibilitychange", r), i();
	};
}
// src/session/renewal.ts
var ec = 1e3, tc = 36e5;
function nc(e) {
	let t = e === null ? NaN : Number(e);
	return t > 0 ? { afterMs: Math.min(tc, Math.max(ec, t)) } : null;
}
function rc({ afterMs: e }, { ask: t, isConnected: n, onChance: r, now: i }) {
	let a = i() + e, o = !1, s = () => {
		!o && n() && (o = !0, t());
	}, c = setTimeout(s, e), l = r(() => {
		i() >= a && s();
	});
	return () => {
		clearTimeout(c), l();
	};
}
// src/session/sessionRequests.ts
var ic = 1e4;
function ac(e) {
	return lc("GET", "/auth/session", e);
}
function oc(e, t, n) {
	return lc("POST", "/auth/login", n, t === null ? { name: e } : {
		name: e,
		locale: t
	});
}
function sc(e) {
	return lc("POST", "/auth/logout", e, {});
}
function cc(e, t) {
	return lc("PATCH", "/auth/session", t, e);
}
async function lc(e, t, n, r) {
	try {
		let i = await fetch(t, {
			method: e,
			headers: {
				"accept-language": n,
				...r && { "content-type": "application/json" }
			},
			...r && { body: JSON.stringify(r) },
			referrerPolicy: "same-origin",
			signal: AbortSignal.timeout(ic)
		});
		return uc(await i.json(), nc(i.headers.get("session-ask-again-ms")));
	} catch {
		return { status: "unreachable" };
	}
}
function uc(e, t) {
	if (!fc(e)) return { status: "unreachable" };
	if (e.status === "error" && typeof e.errorCode == "string" && typeof e.message == "string") return {
		status: "error",
		errorCode: e.errorCode,
		message: e.message
	};
	if (e.session === void 0) return {
		status: "success",
		session: null,
		renewal: t
	};
	let n = dc(e.session);
	return n === null ? { status: "unreachable" } : {
		status: "success",
		session: n,
		renewal: t
	};
}
function dc(e) {
	if (!fc(e)) return null;
	let { userId: t, name: n, locale: r, muted: i, host: a } = e;
	return typeof t == "string" && typeof n == "string" && (typeof r == "string" || r === null) && typeof i == "boolean" && typeof a == "boolean" ? {
		userId: t,
		name: n,
		locale: r,
		muted: i,
		host: a
	} : null;
}
function fc(e) {
	return typeof e == "object" && !!e && !Array.isArray(e);
}
// src/session/sessionState.ts
function pc(e) {
	return e.status === "error" && e.errorCode === "auth-required";
}
function mc(e) {
	return e.status === "success" || pc(e);
}
function hc(e) {
	return e.status === "success" && e.session?.userId ? e.session : null;
}
function gc(e, t) {
	if (t.status === "unreachable") return {
		...e,
		isServerReachable: !1
	};
	if (t.status === "error" && !pc(t)) return {
		...e,
		isServerReachable: !0,
		problem: t.message
	};
	let n = t.status === "success" ? t.renewal : null, r = hc(t), i = pc(t) && e.session !== null;
	return {
		status: r === null ? "signedOut" : "signedIn",
		session: r,
		isServerReachable: !0,
		hasEnded: r === null && (e.hasEnded || i),
		problem: null,
		renewal: r === null ? null : n,
		guestChoice: r === null ? e.guestChoice : bs(r.locale)
	};
}
function _c(e, t) {
	return {
		...e,
		session: e.session && {
			...e.session,
			...t
		}
	};
}
// src/session/SessionProvider.tsx
var vc = t(null);
function B() {
	let e = a(vc);
	if (e === null) throw Error("useSession is called outside of SessionProvider");
	return e;
}
var yc = () => {
	let e = R.status.getSnapshot();
	return e.status === "refused" && e.errorCode === "auth-required";
}, bc = () => Cs() ?? xs(navigator.languages);
function xc({ children: e }) {
	let [t, n] = d(() => ({
		status: "loading",
		session: null,
		isServerReachable: !0,
		hasEnded: !1,
		problem: null,
		renewal: null,
		guestChoice: Cs()
	})), r = u(null), a = u(!1), s = u(0), c = u(t.guestChoice), [f] = d(Zs), p = i((e) => {
		if (n((t) => gc(t, e)), !mc(e)) return !1;
		let t = hc(e), i = t === null ? c.current : bs(t.locale);
		t !== null && ws(i);
		let o = r.current === null ? a.current && t !== null : r.current !== (t?.userId ?? ""), s = i === null && c.current !== null;
		return r.current = t?.userId ?? "", c.current = i, Qs(t), Es(t?.userId ?? null), !o && !s ? !1 : (R.reconnect(), !0);
	}, []), m = i(async () => {
		let e = s.current += 1, t = await ac(bc());
		if (e === s.current && pc(t) && yc() && (n((e) => gc(e, t)), t = await sc(bc())), e !== s.current) return !1;
		let r = mc(t);
		a.current ||= !r;
		let i = p(t);
		return r && !i && yc() && R.reconnect(), r;
	}, [p]), g = l(() => new Ys({
		ask: m,
		onChance: $s,
		random: Math.random
	}), [m]);
	o(() => g.start(), [g]);
	let _ = wc(i(() => g.now(), [g]));
	Sc(g), Cc(g, t.renewal);
	let v = i(async (e) => {
		s.current += 1;
		let t = await e();
		return p(t), t.status === "unreachable" && g.now(), _(), t;
	}, [
		p,
		g,
		_
	]), y = i(async (e, t) => {
		n((t) => _c(t, e)), mc(await v(() => cc(e, bc()))) || n((e) => _c(e, t));
	}, [v]), b = l(() => ({
		status: t.status,
		session: t.session,
		lastUser: t.status === "loading" ? f : null,
		isServerReachable: t.isServerReachable,
		hasEnded: t.hasEnded,
		problem: t.problem,
		languageChoice: t.session === null ? t.guestChoice : bs(t.session.locale),
		async signIn(e) {
			s.current += 1;
			let n = await oc(e, t.guestChoice, bc());
			return n.status === "success" ? (p(n), _()) : g.now(), n;
		},
		async signOut() {
			await v(() => sc(bc()));
		},
		async chooseLanguage(e) {
			let { guestChoice: r, session: i } = t;
			ws(e), n((t) => _c({
				...t,
				guestChoice: e
			}, { locale: e })), i === null ? (c.current = e, R.reconnect(), _()) : mc(await v(() => cc({ locale: e }, bc()))) || (ws(r), n((e) => _c({
				...e,
				guestChoice: r
			}, { locale: i.locale })));
		},
		async mute(e) {
			await y({ muted: e }, { muted: t.session?.muted ?? !1 });
		},
		async beHost(e) {
			await y({ host: e }, { host: t.session?.host ?? !1 });
		}
	}), [
		t,
		f,
		p,
		v,
		y,
		g,
		_
	]);
	return /* @__PURE__ */ h(vc, {
		value: b,
		children: e
	});
}
function Sc(e) {
	let { status: t } = Fs(), n = u(!1);
	o(() => {
		t.status === "connected" && (n.current = !1), yc() && (n.current ? e.later() : e.now(), n.current = !0);
	}, [t, e]);
}
function Cc(e, t) {
	o(() => t === null ? void 0 : rc(t, {
		ask: () => e.now(),
		isConnected: () => R.status.getSnapshot().status === "connected",
		onChance: $s,
		now: Date.now
	}), [e, t]);
}
function wc(e) {
	let t = u(null);
	return o(() => {
		if (typeof BroadcastChannel > "u") return;
		let n = new BroadcastChannel("syncwright.session");
		return n.onmessage = e, t.current = n, () => {
			n.close(), t.current = null;
		};
	}, [e]), i(() => t.current?.postMessage(null), []);
}
// src/language/words/words.ts
var Tc = {
	en: {
		brandLine: "Typed events from a file in a folder",
		skipToContent: "Skip to content",
		mainNavigation: "Pages",
		documentTitle: (e) => `${e} · Syncwright`,
		nav: {
			overview: "Overview",
			examples: "Counter",
			board: "Board",
			todos: "Todos",
			chat: "Chat",
			story: "Story",
			lobby: "Lobby",
			nested: "Nested",
			errors: "Errors",
			unread: (e) => e === 1 ? "1 unread message" : `${e} unread messages`
		},
		connection: {
			label: "Connection",
			connected: "Connected",
			connecting: "Connecting…",
			reconnecting: "Reconnecting…",
			refused: "Refused",
			closed: "Not connected",
			attempt: (e) => `attempt ${e}`,
			waiting: (e) => `${e} not sent yet`,
			endedByServer: (e) => `The server ended the connection: ${e}.`,
			replaced: "You have signed in elsewhere, and may be in one place at a time.",
			noWebSocket: "No WebSocket gets through on this network. Everything works, a little slower, and it is tried again later.",
			tryAgain: "Try again"
		},
		language: {
			label: "Language",
			browser: (e) => `Browser (${e})`
		},
		session: {
			signIn: "Sign in",
			signOut: "Sign out",
			signingIn: "Signing in…",
			nameLabel: "Your name",
			namePlaceholder: "Ada",
			anyName: "Any name works and there is no password. The same name is the same user, in every tab and browser.",
			signedInAs: (e) => `Signed in as ${e}`,
			gateTitle: "Sign in to take part",
			gateText: "You can look around, but the routes on this page want to know who is calling.",
			unreachable: "The server cannot be reached. Is it running?",
			ended: "Your session has ended, probably because the server was restarted. Sign in again to go on.",
			welcome: (e) => `Hello, ${e}.`,
			welcomeText: "Open the counter here and once more in a second tab, put them side by side, and press a button.",
			openCounter: "Open the counter",
			openSecondTab: "Open it in a new tab"
		},
		feed: {
			title: "This tab, live",
			intro: "The events of its rooms, on whatever page you are, and the answers to its calls. Cursors alone are left out.",
			page: "Page",
			rooms: "Rooms",
			noRooms: "none yet",
			leaveRoom: (e) => `Leave ${e}`,
			empty: "Nothing has arrived yet.",
			emptyHint: "Press a button here or in another tab.",
			clear: "Clear",
			mine: "mine",
			fromOthers: "from others",
			answer: "answer",
			event: "event",
			error: "error",
			noOutput: "no data of its own",
			count: (e) => e === 1 ? "1 frame" : `${e} frames`
		},
		room: {
			label: "Room",
			join: "Join",
			joining: "Joining…",
			joined: (e) => `You are in ${e}.`,
			notJoined: (e) => `You are not in ${e}.`,
			leave: "Leave",
			stays: "You stay in it while you visit other pages.",
			mustJoin: "Join the room first.",
			mustSignIn: "Sign in first."
		},
		answer: {
			success: "Answered",
			waiting: "Waiting for the answer…",
			inMs: (e) => `${e} ms`
		},
		code: {
			copy: "Copy",
			copied: "Copied"
		},
		overview: {
			title: "Overview",
			headline: "A file in a folder becomes an event in every tab.",
			lead: "Drop in a Rust file. Build. Call it from TypeScript, fully typed, and everybody in the room hears about it, each in their own way.",
			stepsTitle: "How it works, in four steps",
			step1Title: "Write a handler",
			step1Text: "The file's name is the route: page, name, side and version. It runs once for each call. There is nothing to register.",
			step2Title: "Say what each member gets",
			step2Text: "An optional second file runs once for each member of the room. It can add something for that member, skip them, or send them an error.",
			step3Title: "Build",
			step3Text: "`cargo build` finds the files and writes the types. A wrong name, version or field no longer compiles.",
			step4Title: "Call and listen",
			step4Text: "The caller gets a typed answer; every member of the room gets the event.",
			tourTitle: "See each kind of route",
			tourExamples: "Server and client file, two versions side by side, three ways to leave yourself out, and a request that nobody else hears of.",
			tourBoard: "Sticky notes that everybody moves and edits at once: one value for each room, with cursors, and with notes that hosts alone can see.",
			tourTodos: "A list that is worked on without a connection: what is done on the train is sent once, in order, and everybody’s copy ends the same.",
			tourChat: "An asynchronous filter that knows where each member is and which language they read.",
			tourStory: "A handler that streams word by word, and can be stopped.",
			tourLobby: "A client file alone: a gate that lets an event pass, or not.",
			tourNested: "A route in a nested folder and one at the root, each a server file alone.",
			tourErrors: "Every way a call can be refused, with its code and its sentence in your language.",
			notFoundTitle: "There is no such page",
			notFoundText: (e) => `Nothing lives at \`${e}\`.`,
			notFoundBack: "Back to the overview"
		},
		examples: {
			title: "A shared counter",
			lead: "Everybody in the room sees the same number, at once when the page opens. It is a state; the event changes it, and the filter decides, member by member, who hears of that.",
			value: "Counter",
			noValue: "There is no number here until you are in the room.",
			neverChanged: "Nobody has changed it yet.",
			reset: "Start again",
			changedByMe: "Last changed by you",
			changedBy: (e) => `Last changed by ${e}`,
			amount: "Amount (1 to 100)",
			note: "Note (v2 only)",
			notePlaceholder: "for lunch",
			addV1: (e) => `Add ${e} with v1`,
			addV2: (e) => `Add ${e} with v2`,
			ignoreSelf: "Who is left out",
			ignoreNobody: "Nobody",
			ignoreThisTab: "This tab",
			ignoreAllTabs: "All my tabs",
			ignoreHint: "`ignoreSelf`: this tab gets the answer to its call in any case.",
			readTitle: "Ask for the counter",
			readText: "A request is a question and its answer: nobody else hears of it, and it needs no room. The counter above is followed by this tab as long as it is in the room; this asks once, from anywhere.",
			readButton: "Read the counter",
			readValue: (e) => `Counter of ${e}:`,
			readNothing: "Not asked yet.",
			elsewhereTitle: "Now go somewhere else",
			elsewhereText: "The filter asks where each member is. Open another page here, add from a second tab, and watch this tab's live list: nothing arrives, although you are still in the room.",
			elsewhereLink: "Go to the chat page"
		},
		board: {
			title: "A board for everybody",
			lead: "One value for each room, which everybody works on at once. Drag a note here and watch it in a second tab; it is there again after a restart.",
			notes: "Notes",
			add: "Add a note",
			nextColor: "Colour of new notes",
			empty: "Nothing here yet. Double-click anywhere, or add a note.",
			keys: "Drag a note, or move it with the arrow keys; Shift makes longer steps. Enter, or a double click, writes on it, and Delete removes it.",
			noteBy: (e) => `Note by ${e}`,
			hiddenNoteBy: (e) => `Hidden note by ${e}`,
			text: "Text of the note",
			tools: "Tools of the note",
			color: "Colour",
			edit: "Write",
			hide: "Hide",
			show: "Show",
			hidden: "Hidden",
			remove: "Remove",
			host: "I am a host",
			hostHint: "Hosts see hidden notes, and hide or show them. To everybody else nothing of a hidden note is sent, not even that there is one.",
			status: {
				loading: "Loading the board…",
				live: "Live",
				stale: "Offline: changes wait",
				error: "The board cannot be shown"
			},
			pending: (e) => `${e} under way`
		},
		todos: {
			title: "A list that works offline",
			lead: "Durable data, kept by the server and by this browser. Cut the connection, go on, even load the page again: what was done shows at once, and is sent once when there is a connection.",
			list: "List",
			open: "Open",
			listTitle: (e) => `Things to do: ${e}`,
			newTodo: "Something to do",
			placeholder: "Buy oat milk",
			add: "Add",
			empty: "Nothing to do.",
			done: (e) => `Done: ${e}`,
			titleOf: (e) => `Title of ${e}`,
			by: (e) => `Added by ${e}`,
			pending: "waits",
			saved: "saved",
			vote: (e, t) => `Vote for ${e}, which has ${t}`,
			up: (e) => `Move ${e} up`,
			down: (e) => `Move ${e} down`,
			remove: (e) => `Remove ${e}`,
			rejected: "What was refused",
			dismiss: "Dismiss",
			waiting: (e) => `${e} not sent yet`,
			damaged: "What this browser had kept could not be read any more. What you did and was not sent yet may be lost.",
			notKept: (e) => `This browser keeps nothing here any more: what you do is sent as long as this page is open. Not sent yet: ${e}.`,
			status: {
				offline: "Offline: it is all here",
				syncing: "Catching up…",
				live: "Live",
				error: "The list cannot be had"
			}
		},
		chat: {
			title: "Chat",
			lead: "The filter is asynchronous and runs for each reader: it tells this tab which page it is on and in which language it reads.",
			messages: "Messages",
			empty: "No messages in this room yet.",
			you: "You",
			place: "place",
			locale: "language",
			message: "Message",
			placeholder: "Say something",
			send: "Send",
			typing: "Somebody is typing…",
			hint: "On another page the message still arrives, as `elsewhere`; it is counted beside the page's name above."
		},
		story: {
			title: "A story, word by word",
			lead: "The handler streams to everybody in the room while it runs: `ctx.broadcast_stream(…)`. The last it does is an event like any other.",
			text: "The story",
			sample: "Once upon a time a file in a folder became an event in every tab, and everybody in the room read it as it was written, one word after the other.",
			tell: "Tell it",
			stop: "Stop",
			heard: "What was told",
			empty: "Nobody has told anything here yet.",
			stopped: "(stopped)",
			hint: "“Stop” aborts the call's `signal`; the handler sees `sync-cancelled`, and what was told until then is what happened."
		},
		here: {
			title: "Who is here",
			count: (e) => e === 1 ? "1 person" : `${e} people`,
			more: (e) => e === 1 ? "and 1 more" : `and ${e} more`,
			me: "(you)",
			away: "away",
			mood: "What are you up to?",
			moodPlaceholder: "at lunch",
			show: "Show",
			takeBack: "Take back",
			color: "Your colour",
			colors: {
				blue: "Blue",
				green: "Green",
				orange: "Orange",
				pink: "Pink",
				violet: "Violet"
			},
			hint: "All your tabs are one person, away when you look at none of them. The rule in `src/chat/_room.rs` says `presence`; this list is `usePresence`."
		},
		lobby: {
			title: "Lobby",
			lead: "A client file alone is a gate. Nothing runs once; for each member it answers only whether the event may pass.",
			pad: "Type here",
			padPlaceholder: "Whatever you write stays in this tab. Others only learn that you write.",
			someone: "Somebody is typing…",
			nobody: "Nobody else is typing.",
			sent: (e) => e === 1 ? "1 event sent" : `${e} events sent`,
			arrived: (e) => e === 1 ? "1 event arrived" : `${e} events arrived`,
			mute: "Do not disturb",
			muteHint: "The gate asks for it: with this on, no typing event comes to any of your tabs."
		},
		nested: {
			title: "Nested and root routes",
			lead: "Folders nest as deep as you like and the path is the name. A server file alone delivers the same output to every member.",
			nestedTitle: "A nested page",
			nestedText: "`src/test/nestedTest/_sync/` holds `test/nestedTest/room`.",
			message: "Message",
			messagePlaceholder: "Hello from below",
			sendMessage: "Send",
			rootTitle: "The root page",
			rootText: "`src/_sync/` holds `root/announce`. It goes to any room that you are in, and every page shows it.",
			announcement: "Announcement",
			announcementPlaceholder: "Tea is ready",
			announce: "Announce",
			to: "To room",
			received: "Received in this room",
			nothing: "Nothing yet."
		},
		announcement: {
			from: (e, t) => `${e} in ${t}`,
			dismiss: "Dismiss"
		},
		errors: {
			title: "Errors",
			lead: "A refusal is a code with parameters, never a sentence. The sentence is looked up in the reader's language: switch the language above and press again.",
			fromHandler: "Refused by the handler",
			beforeHandler: "Refused before the handler runs",
			inFilter: "In the filter of one member",
			inClient: "Decided in this tab",
			app: "The app's own code",
			conflict: "With status 409",
			panic: "The handler panics",
			slow: "The handler takes too long",
			tooSmall: "Amount 0",
			tooLarge: "Amount 1000",
			unknownField: "An unknown field",
			notInRoom: "A room not joined",
			roomForbidden: "A room that nobody opened",
			roomInvalid: "A room name too long",
			unknownRoute: "A route that is not there",
			noLogin: "No login, over HTTP",
			filterError: "The filter returns an error",
			filterPanic: "The filter panics",
			abort: "Cancelled by the caller",
			clientTimeout: "No answer in time",
			filterHint: "The call succeeds; each member gets an error frame instead of the event.",
			result: "What came back",
			noResult: "Press a button to see an answer.",
			sentence: "Sentence",
			code: "Code",
			params: "Parameters",
			status: "Status",
			noStatus: "none",
			took: "Took",
			notRefused: "The call succeeded.",
			frames: "Error frames received",
			noFrames: "None in this tab yet.",
			expects: (e) => `expects ${e}`
		}
	},
	nl: {
		brandLine: "Getypeerde gebeurtenissen uit een bestand in een map",
		skipToContent: "Naar de inhoud",
		mainNavigation: "Pagina's",
		documentTitle: (e) => `${e} · Syncwright`,
		nav: {
			overview: "Overzicht",
			examples: "Teller",
			board: "Bord",
			todos: "Taken",
			chat: "Chat",
			story: "Verhaal",
			lobby: "Lobby",
			nested: "Genest",
			errors: "Fouten",
			unread: (e) => e === 1 ? "1 ongelezen bericht" : `${e} ongelezen berichten`
		},
		connection: {
			label: "Verbinding",
			connected: "Verbonden",
			connecting: "Verbinden…",
			reconnecting: "Opnieuw verbinden…",
			refused: "Geweigerd",
			closed: "Niet verbonden",
			attempt: (e) => `poging ${e}`,
			waiting: (e) => `${e} nog niet verstuurd`,
			endedByServer: (e) => `De server heeft de verbinding beëindigd: ${e}.`,
			replaced: "Je hebt je ergens anders aangemeld en kunt maar op één plek tegelijk zijn.",
			noWebSocket: "Op dit netwerk komt geen WebSocket door. Alles werkt, iets trager, en het wordt later opnieuw geprobeerd.",
			tryAgain: "Opnieuw proberen"
		},
		language: {
			label: "Taal",
			browser: (e) => `Browser (${e})`
		},
		session: {
			signIn: "Inloggen",
			signOut: "Uitloggen",
			signingIn: "Bezig met inloggen…",
			nameLabel: "Je naam",
			namePlaceholder: "Ada",
			anyName: "Elke naam is goed en er is geen wachtwoord. Dezelfde naam is dezelfde gebruiker, in elk tabblad en elke browser.",
			signedInAs: (e) => `Ingelogd als ${e}`,
			gateTitle: "Log in om mee te doen",
			gateText: "Rondkijken kan altijd, maar de routes op deze pagina willen weten wie er aanroept.",
			unreachable: "De server is niet bereikbaar. Draait hij?",
			ended: "Je sessie is afgelopen, waarschijnlijk omdat de server opnieuw is gestart. Log weer in om verder te gaan.",
			welcome: (e) => `Hallo, ${e}.`,
			welcomeText: "Open de teller hier en nog eens in een tweede tabblad, zet ze naast elkaar en druk op een knop.",
			openCounter: "Open de teller",
			openSecondTab: "Open in een nieuw tabblad"
		},
		feed: {
			title: "Dit tabblad, live",
			intro: "De gebeurtenissen in zijn kamers, op welke pagina je ook bent, en de antwoorden op zijn aanroepen. Alleen cursors staan er niet bij.",
			page: "Pagina",
			rooms: "Kamers",
			noRooms: "nog geen",
			leaveRoom: (e) => `${e} verlaten`,
			empty: "Er is nog niets binnengekomen.",
			emptyHint: "Druk op een knop, hier of in een ander tabblad.",
			clear: "Wissen",
			mine: "van mij",
			fromOthers: "van anderen",
			answer: "antwoord",
			event: "gebeurtenis",
			error: "fout",
			noOutput: "geen eigen gegevens",
			count: (e) => e === 1 ? "1 frame" : `${e} frames`
		},
		room: {
			label: "Kamer",
			join: "Binnengaan",
			joining: "Naar binnen…",
			joined: (e) => `Je bent in ${e}.`,
			notJoined: (e) => `Je bent niet in ${e}.`,
			leave: "Verlaten",
			stays: "Je blijft erin terwijl je andere pagina's bekijkt.",
			mustJoin: "Ga eerst de kamer binnen.",
			mustSignIn: "Log eerst in."
		},
		answer: {
			success: "Beantwoord",
			waiting: "Wachten op het antwoord…",
			inMs: (e) => `${e} ms`
		},
		code: {
			copy: "Kopiëren",
			copied: "Gekopieerd"
		},
		overview: {
			title: "Overzicht",
			headline: "Een bestand in een map wordt een gebeurtenis in elk tabblad.",
			lead: "Leg er een Rust-bestand in. Bouw. Roep het aan vanuit TypeScript, volledig getypeerd, en iedereen in de kamer hoort ervan, ieder op zijn eigen manier.",
			stepsTitle: "Zo werkt het, in vier stappen",
			step1Title: "Schrijf een handler",
			step1Text: "De naam van het bestand is de route: pagina, naam, kant en versie. Hij draait één keer per aanroep. Er valt niets te registreren.",
			step2Title: "Zeg wat elk lid krijgt",
			step2Text: "Een tweede bestand, als je dat wilt, draait één keer voor elk lid van de kamer. Het kan iets voor dat lid toevoegen, het lid overslaan of het een fout sturen.",
			step3Title: "Bouw",
			step3Text: "`cargo build` vindt de bestanden en schrijft de types. Een verkeerde naam, versie of veld compileert niet meer.",
			step4Title: "Roep aan en luister",
			step4Text: "De aanroeper krijgt een getypeerd antwoord; elk lid van de kamer krijgt de gebeurtenis.",
			tourTitle: "Bekijk elk soort route",
			tourExamples: "Een server- en een clientbestand, twee versies naast elkaar, drie manieren om jezelf over te slaan, en een verzoek waarvan niemand anders hoort.",
			tourBoard: "Briefjes die iedereen tegelijk verplaatst en beschrijft: één waarde voor elke kamer, met cursors, en met briefjes die alleen gastheren zien.",
			tourTodos: "Een lijst waaraan je zonder verbinding werkt: wat in de trein gedaan is, wordt één keer en op volgorde verstuurd, en ieders kopie eindigt gelijk.",
			tourChat: "Een asynchroon filter dat weet waar elk lid is en welke taal het leest.",
			tourStory: "Een handler die woord voor woord verstuurt en gestopt kan worden.",
			tourLobby: "Alleen een clientbestand: een poort die een gebeurtenis doorlaat, of niet.",
			tourNested: "Een route in een geneste map en een in de hoofdmap, elk alleen een serverbestand.",
			tourErrors: "Elke manier waarop een aanroep geweigerd wordt, met code en zin in jouw taal.",
			notFoundTitle: "Deze pagina bestaat niet",
			notFoundText: (e) => `Er is niets op \`${e}\`.`,
			notFoundBack: "Terug naar het overzicht"
		},
		examples: {
			title: "Een gedeelde teller",
			lead: "Iedereen in de kamer ziet hetzelfde getal, meteen als de pagina opent. Het is een toestand; de gebeurtenis verandert die, en het filter beslist, lid voor lid, wie daarvan hoort.",
			value: "Teller",
			noValue: "Hier staat geen getal zolang je niet in de kamer bent.",
			neverChanged: "Nog door niemand gewijzigd.",
			reset: "Opnieuw beginnen",
			changedByMe: "Het laatst gewijzigd door jou",
			changedBy: (e) => `Het laatst gewijzigd door ${e}`,
			amount: "Aantal (1 tot 100)",
			note: "Notitie (alleen v2)",
			notePlaceholder: "voor de lunch",
			addV1: (e) => `${e} erbij met v1`,
			addV2: (e) => `${e} erbij met v2`,
			ignoreSelf: "Wie wordt overgeslagen",
			ignoreNobody: "Niemand",
			ignoreThisTab: "Dit tabblad",
			ignoreAllTabs: "Al mijn tabbladen",
			ignoreHint: "`ignoreSelf`: het antwoord op de aanroep krijgt dit tabblad in elk geval.",
			readTitle: "Vraag naar de teller",
			readText: "Een verzoek is een vraag en het antwoord erop: niemand anders hoort ervan, en een kamer is niet nodig. De teller hierboven wordt door dit tabblad gevolgd zolang het in de kamer is; dit vraagt het één keer, waar je ook bent.",
			readButton: "Teller aflezen",
			readValue: (e) => `Teller van ${e}:`,
			readNothing: "Nog niet gevraagd.",
			elsewhereTitle: "Ga nu ergens anders heen",
			elsewhereText: "Het filter vraagt waar elk lid is. Open hier een andere pagina, tel op vanuit een tweede tabblad en kijk naar de live lijst van dit tabblad: er komt niets binnen, al ben je nog in de kamer.",
			elsewhereLink: "Naar de chatpagina"
		},
		board: {
			title: "Een bord voor iedereen",
			lead: "Eén waarde voor elke kamer, waaraan iedereen tegelijk werkt. Versleep hier een briefje en kijk in een tweede tabblad; na een herstart is het er weer.",
			notes: "Briefjes",
			add: "Briefje plakken",
			nextColor: "Kleur van nieuwe briefjes",
			empty: "Nog niets hier. Dubbelklik ergens, of plak een briefje.",
			keys: "Versleep een briefje, of verplaats het met de pijltoetsen; Shift maakt de stappen groter. Met Enter of een dubbelklik schrijf je erop, met Delete haal je het weg.",
			noteBy: (e) => `Briefje van ${e}`,
			hiddenNoteBy: (e) => `Verborgen briefje van ${e}`,
			text: "Tekst van het briefje",
			tools: "Gereedschap van het briefje",
			color: "Kleur",
			edit: "Schrijven",
			hide: "Verbergen",
			show: "Tonen",
			hidden: "Verborgen",
			remove: "Weghalen",
			host: "Ik ben gastheer",
			hostHint: "Gastheren zien verborgen briefjes, en verbergen of tonen ze. Aan alle anderen wordt van een verborgen briefje niets gestuurd, zelfs niet dat het er is.",
			status: {
				loading: "Bord wordt geladen…",
				live: "Live",
				stale: "Offline: wijzigingen wachten",
				error: "Het bord kan niet worden getoond"
			},
			pending: (e) => `${e} onderweg`
		},
		todos: {
			title: "Een lijst die offline werkt",
			lead: "Duurzame gegevens, bewaard door de server en door deze browser. Verbreek de verbinding, ga door, laad de pagina zelfs opnieuw: wat je doet is meteen te zien, en wordt één keer verstuurd zodra er verbinding is.",
			list: "Lijst",
			open: "Openen",
			listTitle: (e) => `Te doen: ${e}`,
			newTodo: "Iets te doen",
			placeholder: "Havermelk kopen",
			add: "Toevoegen",
			empty: "Niets te doen.",
			done: (e) => `Gedaan: ${e}`,
			titleOf: (e) => `Titel van ${e}`,
			by: (e) => `Toegevoegd door ${e}`,
			pending: "wacht",
			saved: "opgeslagen",
			vote: (e, t) => `Stem op ${e}, dat er ${t} heeft`,
			up: (e) => `${e} omhoog`,
			down: (e) => `${e} omlaag`,
			remove: (e) => `${e} weghalen`,
			rejected: "Wat geweigerd is",
			dismiss: "Gelezen",
			waiting: (e) => `${e} nog niet verstuurd`,
			damaged: "Wat deze browser had bewaard, was niet meer te lezen. Wat je deed en nog niet was verstuurd, kan verloren zijn.",
			notKept: (e) => `Deze browser bewaart hier niets meer: wat je doet, wordt verstuurd zolang deze pagina open is. Nog niet verstuurd: ${e}.`,
			status: {
				offline: "Offline: alles is hier",
				syncing: "Wordt bijgewerkt…",
				live: "Live",
				error: "De lijst kan niet worden getoond"
			}
		},
		chat: {
			title: "Chat",
			lead: "Het filter is asynchroon en draait voor elke lezer: het vertelt dit tabblad op welke pagina het is en in welke taal het leest.",
			messages: "Berichten",
			empty: "Nog geen berichten in deze kamer.",
			you: "Jij",
			place: "plaats",
			locale: "taal",
			message: "Bericht",
			placeholder: "Zeg iets",
			send: "Versturen",
			typing: "Er wordt getypt…",
			hint: "Op een andere pagina komt het bericht ook binnen, als `elsewhere`; het wordt hierboven bij de naam van de pagina geteld."
		},
		story: {
			title: "Een verhaal, woord voor woord",
			lead: "De handler stuurt naar iedereen in de ruimte terwijl hij loopt: `ctx.broadcast_stream(…)`. Het laatste is een gebeurtenis als elke andere.",
			text: "Het verhaal",
			sample: "Er was eens een bestand in een map dat in elk tabblad een gebeurtenis werd, en iedereen in de ruimte las het terwijl het geschreven werd, het ene woord na het andere.",
			tell: "Vertellen",
			stop: "Stoppen",
			heard: "Wat er verteld is",
			empty: "Hier heeft nog niemand iets verteld.",
			stopped: "(gestopt)",
			hint: "“Stoppen” breekt het `signal` van de aanroep af; de handler ziet `sync-cancelled`, en wat tot dan verteld is, is gebeurd."
		},
		here: {
			title: "Wie er is",
			count: (e) => e === 1 ? "1 persoon" : `${e} personen`,
			more: (e) => e === 1 ? "en nog 1" : `en nog ${e}`,
			me: "(jij)",
			away: "afwezig",
			mood: "Wat doe je nu?",
			moodPlaceholder: "aan het lunchen",
			show: "Tonen",
			takeBack: "Terugnemen",
			color: "Jouw kleur",
			colors: {
				blue: "Blauw",
				green: "Groen",
				orange: "Oranje",
				pink: "Roze",
				violet: "Paars"
			},
			hint: "Al je tabbladen zijn samen één persoon, afwezig als je naar geen ervan kijkt. De regel in `src/chat/_room.rs` zegt `presence`; deze lijst is `usePresence`."
		},
		lobby: {
			title: "Lobby",
			lead: "Alleen een clientbestand is een poort. Er draait niets één keer; per lid antwoordt het alleen of de gebeurtenis erdoor mag.",
			pad: "Typ hier",
			padPlaceholder: "Wat je schrijft blijft in dit tabblad. Anderen horen alleen dat je schrijft.",
			someone: "Er wordt getypt…",
			nobody: "Niemand anders typt.",
			sent: (e) => e === 1 ? "1 gebeurtenis verstuurd" : `${e} gebeurtenissen verstuurd`,
			arrived: (e) => e === 1 ? "1 gebeurtenis binnengekomen" : `${e} gebeurtenissen binnengekomen`,
			mute: "Niet storen",
			muteHint: "De poort vraagt ernaar: staat dit aan, dan komt er in geen van je tabbladen een typgebeurtenis binnen."
		},
		nested: {
			title: "Geneste routes en hoofdroutes",
			lead: "Mappen nest je zo diep als je wilt en het pad is de naam. Alleen een serverbestand levert elk lid dezelfde uitvoer.",
			nestedTitle: "Een geneste pagina",
			nestedText: "In `src/test/nestedTest/_sync/` staat `test/nestedTest/room`.",
			message: "Bericht",
			messagePlaceholder: "Groeten uit de diepte",
			sendMessage: "Versturen",
			rootTitle: "De hoofdpagina",
			rootText: "In `src/_sync/` staat `root/announce`. Die gaat naar elke kamer waarin je bent, en elke pagina toont hem.",
			announcement: "Mededeling",
			announcementPlaceholder: "De thee is klaar",
			announce: "Omroepen",
			to: "Naar kamer",
			received: "Ontvangen in deze kamer",
			nothing: "Nog niets."
		},
		announcement: {
			from: (e, t) => `${e} in ${t}`,
			dismiss: "Sluiten"
		},
		errors: {
			title: "Fouten",
			lead: "Een weigering is een code met parameters, nooit een zin. De zin wordt opgezocht in de taal van de lezer: kies hierboven een andere taal en druk opnieuw.",
			fromHandler: "Geweigerd door de handler",
			beforeHandler: "Geweigerd voordat de handler draait",
			inFilter: "In het filter van één lid",
			inClient: "Beslist in dit tabblad",
			app: "Een code van de app zelf",
			conflict: "Met status 409",
			panic: "De handler raakt in paniek",
			slow: "De handler duurt te lang",
			tooSmall: "Aantal 0",
			tooLarge: "Aantal 1000",
			unknownField: "Een onbekend veld",
			notInRoom: "Een kamer waar je niet in bent",
			roomForbidden: "Een kamer die niemand opende",
			roomInvalid: "Een te lange kamernaam",
			unknownRoute: "Een route die er niet is",
			noLogin: "Zonder login, via HTTP",
			filterError: "Het filter geeft een fout",
			filterPanic: "Het filter raakt in paniek",
			abort: "Afgebroken door de aanroeper",
			clientTimeout: "Geen antwoord op tijd",
			filterHint: "De aanroep slaagt; elk lid krijgt een foutframe in plaats van de gebeurtenis.",
			result: "Wat er terugkwam",
			noResult: "Druk op een knop om een antwoord te zien.",
			sentence: "Zin",
			code: "Code",
			params: "Parameters",
			status: "Status",
			noStatus: "geen",
			took: "Duurde",
			notRefused: "De aanroep is geslaagd.",
			frames: "Ontvangen foutframes",
			noFrames: "Nog geen in dit tabblad.",
			expects: (e) => `verwacht ${e}`
		}
	},
	de: {
		brandLine: "Typisierte Ereignisse aus einer Datei in einem Ordner",
		skipToContent: "Zum Inhalt",
		mainNavigation: "Seiten",
		documentTitle: (e) => `${e} · Syncwright`,
		nav: {
			overview: "Überblick",
			examples: "Zähler",
			board: "Tafel",
			todos: "Aufgaben",
			chat: "Chat",
			story: "Erzählung",
			lobby: "Lobby",
			nested: "Geschachtelt",
			errors: "Fehler",
			unread: (e) => e === 1 ? "1 ungelesene Nachricht" : `${e} ungelesene Nachrichten`
		},
		connection: {
			label: "Verbindung",
			connected: "Verbunden",
			connecting: "Verbindet…",
			reconnecting: "Verbindet erneut…",
			refused: "Abgelehnt",
			closed: "Nicht verbunden",
			attempt: (e) => `Versuch ${e}`,
			waiting: (e) => `${e} noch nicht gesendet`,
			endedByServer: (e) => `Der Server hat die Verbindung beendet: ${e}.`,
			replaced: "Du hast dich anderswo angemeldet und kannst nur an einem Ort zugleich sein.",
			noWebSocket: "In diesem Netz kommt kein WebSocket durch. Alles funktioniert, etwas langsamer, und es wird später wieder versucht.",
			tryAgain: "Noch einmal versuchen"
		},
		language: {
			label: "Sprache",
			browser: (e) => `Browser (${e})`
		},
		session: {
			signIn: "Anmelden",
			signOut: "Abmelden",
			signingIn: "Anmeldung läuft…",
			nameLabel: "Dein Name",
			namePlaceholder: "Ada",
			anyName: "Jeder Name geht, ein Passwort gibt es nicht. Derselbe Name ist derselbe Nutzer, in jedem Tab und jedem Browser.",
			signedInAs: (e) => `Angemeldet als ${e}`,
			gateTitle: "Melde dich an, um mitzumachen",
			gateText: "Umsehen geht immer, aber die Routen dieser Seite wollen wissen, wer aufruft.",
			unreachable: "Der Server ist nicht erreichbar. Läuft er?",
			ended: "Deine Sitzung ist beendet, wahrscheinlich wurde der Server neu gestartet. Melde dich wieder an, um weiterzumachen.",
			welcome: (e) => `Hallo, ${e}.`,
			welcomeText: "Öffne den Zähler hier und noch einmal in einem zweiten Tab, lege beide nebeneinander und drücke einen Knopf.",
			openCounter: "Zähler öffnen",
			openSecondTab: "In neuem Tab öffnen"
		},
		feed: {
			title: "Dieser Tab, live",
			intro: "Die Ereignisse seiner Räume, auf welcher Seite du auch bist, und die Antworten auf seine Aufrufe. Nur Mauszeiger fehlen hier.",
			page: "Seite",
			rooms: "Räume",
			noRooms: "noch keine",
			leaveRoom: (e) => `${e} verlassen`,
			empty: "Noch ist nichts angekommen.",
			emptyHint: "Drücke einen Knopf, hier oder in einem anderen Tab.",
			clear: "Leeren",
			mine: "von mir",
			fromOthers: "von anderen",
			answer: "Antwort",
			event: "Ereignis",
			error: "Fehler",
			noOutput: "keine eigenen Daten",
			count: (e) => e === 1 ? "1 Frame" : `${e} Frames`
		},
		room: {
			label: "Raum",
			join: "Betreten",
			joining: "Wird betreten…",
			joined: (e) => `Du bist in ${e}.`,
			notJoined: (e) => `Du bist nicht in ${e}.`,
			leave: "Verlassen",
			stays: "Du bleibst darin, während du andere Seiten besuchst.",
			mustJoin: "Betritt zuerst den Raum.",
			mustSignIn: "Melde dich zuerst an."
		},
		answer: {
			success: "Beantwortet",
			waiting: "Wartet auf die Antwort…",
			inMs: (e) => `${e} ms`
		},
		code: {
			copy: "Kopieren",
			copied: "Kopiert"
		},
		overview: {
			title: "Überblick",
			headline: "Eine Datei in einem Ordner wird zum Ereignis in jedem Tab.",
			lead: "Lege eine Rust-Datei ab. Baue. Rufe sie aus TypeScript auf, voll typisiert, und alle im Raum erfahren davon, jeder auf seine Weise.",
			stepsTitle: "So geht es, in vier Schritten",
			step1Title: "Schreibe einen Handler",
			step1Text: "Der Name der Datei ist die Route: Ordner, Name, server oder client, und Version. Er läuft einmal je Aufruf. Zu registrieren gibt es nichts.",
			step2Title: "Sage, was jedes Mitglied bekommt",
			step2Text: "Eine zweite Datei, wenn du magst, läuft einmal für jedes Mitglied des Raums. Sie kann ihm etwas mitgeben, es auslassen oder ihm einen Fehler schicken.",
			step3Title: "Baue",
			step3Text: "`cargo build` findet die Dateien und schreibt die Typen. Ein falscher Name, eine falsche Version oder ein falsches Feld kompiliert nicht mehr.",
			step4Title: "Rufe auf und höre zu",
			step4Text: "Der Aufrufer bekommt eine typisierte Antwort, jedes Mitglied des Raums das Ereignis.",
			tourTitle: "Sieh dir jede Art von Route an",
			tourExamples: "Server- und Clientdatei, zwei Versionen nebeneinander, drei Arten, sich selbst auszulassen, und eine Anfrage, von der sonst niemand erfährt.",
			tourBoard: "Zettel, die alle zugleich verschieben und beschreiben: ein Wert für jeden Raum, mit Mauszeigern, und mit Zetteln, die nur Gastgeber sehen.",
			tourTodos: "Eine Liste, an der ohne Verbindung gearbeitet wird: was im Zug getan wurde, wird einmal und der Reihe nach gesendet, und alle Kopien enden gleich.",
			tourChat: "Ein asynchroner Filter, der weiß, wo jedes Mitglied ist und welche Sprache es liest.",
			tourStory: "Ein Handler, der Wort für Wort sendet und angehalten werden kann.",
			tourLobby: "Eine Clientdatei allein: ein Tor, das ein Ereignis durchlässt oder nicht.",
			tourNested: "Eine Route in einem geschachtelten Ordner und eine ganz oben, jede eine Serverdatei allein.",
			tourErrors: "Jede Art, wie ein Aufruf abgelehnt wird, mit Code und Satz in deiner Sprache.",
			notFoundTitle: "Diese Seite gibt es nicht",
			notFoundText: (e) => `Unter \`${e}\` ist nichts.`,
			notFoundBack: "Zurück zum Überblick"
		},
		examples: {
			title: "Ein gemeinsamer Zähler",
			lead: "Alle im Raum sehen dieselbe Zahl, sofort wenn die Seite aufgeht. Sie ist ein Zustand; das Ereignis ändert ihn, und der Filter entscheidet, Mitglied für Mitglied, wer davon erfährt.",
			value: "Zähler",
			noValue: "Hier steht keine Zahl, solange du nicht im Raum bist.",
			neverChanged: "Noch hat ihn niemand geändert.",
			reset: "Von vorn beginnen",
			changedByMe: "Zuletzt von dir geändert",
			changedBy: (e) => `Zuletzt von ${e} geändert`,
			amount: "Betrag (1 bis 100)",
			note: "Notiz (nur v2)",
			notePlaceholder: "fürs Mittagessen",
			addV1: (e) => `${e} dazu mit v1`,
			addV2: (e) => `${e} dazu mit v2`,
			ignoreSelf: "Wer ausgelassen wird",
			ignoreNobody: "Niemand",
			ignoreThisTab: "Dieser Tab",
			ignoreAllTabs: "Alle meine Tabs",
			ignoreHint: "`ignoreSelf`: die Antwort auf seinen Aufruf bekommt dieser Tab in jedem Fall.",
			readTitle: "Nach dem Zähler fragen",
			readText: "Eine Anfrage ist eine Frage und ihre Antwort: Niemand sonst erfährt davon, und einen Raum braucht sie nicht. Dem Zähler oben folgt dieser Tab, solange er im Raum ist; hier wird einmal gefragt, von wo auch immer.",
			readButton: "Zähler ablesen",
			readValue: (e) => `Zähler von ${e}:`,
			readNothing: "Noch nicht gefragt.",
			elsewhereTitle: "Geh jetzt woanders hin",
			elsewhereText: "Der Filter fragt, wo jedes Mitglied ist. Öffne hier eine andere Seite, zähle in einem zweiten Tab weiter und beobachte die Live-Liste dieses Tabs: Nichts kommt an, obwohl du noch im Raum bist.",
			elsewhereLink: "Zur Chatseite"
		},
		board: {
			title: "Eine Tafel für alle",
			lead: "Ein Wert für jeden Raum, an dem alle zugleich arbeiten. Zieh hier einen Zettel und sieh in einem zweiten Tab zu; nach einem Neustart ist er wieder da.",
			notes: "Zettel",
			add: "Zettel anheften",
			nextColor: "Farbe neuer Zettel",
			empty: "Noch ist nichts hier. Doppelklicke irgendwohin, oder hefte einen Zettel an.",
			keys: "Ziehe einen Zettel, oder verschiebe ihn mit den Pfeiltasten; mit Shift werden die Schritte größer. Enter oder ein Doppelklick beschreibt ihn, Entf entfernt ihn.",
			noteBy: (e) => `Zettel von ${e}`,
			hiddenNoteBy: (e) => `Versteckter Zettel von ${e}`,
			text: "Text des Zettels",
			tools: "Werkzeuge des Zettels",
			color: "Farbe",
			edit: "Beschreiben",
			hide: "Verstecken",
			show: "Zeigen",
			hidden: "Versteckt",
			remove: "Entfernen",
			host: "Ich bin Gastgeber",
			hostHint: "Gastgeber sehen versteckte Zettel, und verstecken oder zeigen sie. Allen anderen wird von einem versteckten Zettel nichts geschickt, nicht einmal, dass es ihn gibt.",
			status: {
				loading: "Tafel wird geladen…",
				live: "Live",
				stale: "Offline: Änderungen warten",
				error: "Die Tafel kann nicht gezeigt werden"
			},
			pending: (e) => `${e} unterwegs`
		},
		todos: {
			title: "Eine Liste, die offline funktioniert",
			lead: "Dauerhafte Daten, die der Server und dieser Browser behalten. Trenne die Verbindung, mach weiter, lade sogar die Seite neu: was getan wurde, ist sofort zu sehen und wird einmal gesendet, sobald es eine Verbindung gibt.",
			list: "Liste",
			open: "Öffnen",
			listTitle: (e) => `Zu tun: ${e}`,
			newTodo: "Etwas zu tun",
			placeholder: "Hafermilch kaufen",
			add: "Hinzufügen",
			empty: "Nichts zu tun.",
			done: (e) => `Erledigt: ${e}`,
			titleOf: (e) => `Titel von ${e}`,
			by: (e) => `Hinzugefügt von ${e}`,
			pending: "wartet",
			saved: "gespeichert",
			vote: (e, t) => `Stimme für ${e}, bisher ${t}`,
			up: (e) => `${e} nach oben`,
			down: (e) => `${e} nach unten`,
			remove: (e) => `${e} entfernen`,
			rejected: "Was abgelehnt wurde",
			dismiss: "Gelesen",
			waiting: (e) => `${e} noch nicht gesendet`,
			damaged: "Was dieser Browser aufbewahrt hatte, war nicht mehr zu lesen. Was du getan hast und noch nicht gesendet war, kann verloren sein.",
			notKept: (e) => `Dieser Browser bewahrt hier nichts mehr auf: was du tust, wird gesendet, solange diese Seite offen ist. Noch nicht gesendet: ${e}.`,
			status: {
				offline: "Offline: alles ist hier",
				syncing: "Wird nachgeholt…",
				live: "Live",
				error: "Die Liste kann nicht gezeigt werden"
			}
		},
		chat: {
			title: "Chat",
			lead: "Der Filter ist asynchron und läuft für jeden Leser: Er sagt diesem Tab, auf welcher Seite er ist und in welcher Sprache er liest.",
			messages: "Nachrichten",
			empty: "In diesem Raum gibt es noch keine Nachrichten.",
			you: "Du",
			place: "Ort",
			locale: "Sprache",
			message: "Nachricht",
			placeholder: "Sag etwas",
			send: "Senden",
			typing: "Jemand schreibt…",
			hint: "Auf einer anderen Seite kommt die Nachricht auch an, als `elsewhere`; oben neben dem Namen der Seite wird sie gezählt."
		},
		story: {
			title: "Eine Geschichte, Wort für Wort",
			lead: "Der Handler sendet an alle im Raum, während er läuft: `ctx.broadcast_stream(…)`. Zuletzt kommt ein Ereignis wie jedes andere.",
			text: "Die Geschichte",
			sample: "Es war einmal eine Datei in einem Ordner, die wurde zu einem Ereignis in jedem Tab, und alle im Raum lasen sie, während sie geschrieben wurde, ein Wort nach dem anderen.",
			tell: "Erzählen",
			stop: "Anhalten",
			heard: "Was erzählt wurde",
			empty: "Hier hat noch niemand etwas erzählt.",
			stopped: "(angehalten)",
			hint: "„Anhalten“ bricht das `signal` des Aufrufs ab; der Handler sieht `sync-cancelled`, und was bis dahin erzählt wurde, ist geschehen."
		},
		here: {
			title: "Wer hier ist",
			count: (e) => e === 1 ? "1 Person" : `${e} Personen`,
			more: (e) => e === 1 ? "und 1 weitere Person" : `und ${e} weitere`,
			me: "(du)",
			away: "abwesend",
			mood: "Was machst du gerade?",
			moodPlaceholder: "beim Mittagessen",
			show: "Zeigen",
			takeBack: "Zurücknehmen",
			color: "Deine Farbe",
			colors: {
				blue: "Blau",
				green: "Grün",
				orange: "Orange",
				pink: "Rosa",
				violet: "Violett"
			},
			hint: "Alle deine Tabs sind eine Person, abwesend, wenn du keinen davon ansiehst. Die Regel in `src/chat/_room.rs` sagt `presence`; diese Liste ist `usePresence`."
		},
		lobby: {
			title: "Lobby",
			lead: "Eine Clientdatei allein ist ein Tor. Nichts läuft einmal; für jedes Mitglied antwortet sie nur, ob das Ereignis hindurch darf.",
			pad: "Schreibe hier",
			padPlaceholder: "Was du schreibst, bleibt in diesem Tab. Andere erfahren nur, dass du schreibst.",
			someone: "Jemand schreibt…",
			nobody: "Sonst schreibt niemand.",
			sent: (e) => e === 1 ? "1 Ereignis gesendet" : `${e} Ereignisse gesendet`,
			arrived: (e) => e === 1 ? "1 Ereignis angekommen" : `${e} Ereignisse angekommen`,
			mute: "Nicht stören",
			muteHint: "Das Tor fragt danach: Ist dies an, kommt in keinem deiner Tabs ein Tippereignis an."
		},
		nested: {
			title: "Geschachtelte Routen und die oberste",
			lead: "Ordner lassen sich beliebig tief schachteln und der Pfad ist der Name. Eine Serverdatei allein liefert jedem Mitglied dieselbe Ausgabe.",
			nestedTitle: "Eine geschachtelte Seite",
			nestedText: "In `src/test/nestedTest/_sync/` liegt `test/nestedTest/room`.",
			message: "Nachricht",
			messagePlaceholder: "Grüße aus der Tiefe",
			sendMessage: "Senden",
			rootTitle: "Die oberste Seite",
			rootText: "In `src/_sync/` liegt `root/announce`. Sie geht an jeden Raum, in dem du bist, und jede Seite zeigt sie.",
			announcement: "Durchsage",
			announcementPlaceholder: "Der Tee ist fertig",
			announce: "Durchsagen",
			to: "An Raum",
			received: "In diesem Raum empfangen",
			nothing: "Noch nichts."
		},
		announcement: {
			from: (e, t) => `${e} in ${t}`,
			dismiss: "Schließen"
		},
		errors: {
			title: "Fehler",
			lead: "Eine Ablehnung ist ein Code mit Parametern, nie ein Satz. Der Satz wird in der Sprache des Lesers nachgeschlagen: Wähle oben eine andere Sprache und drücke noch einmal.",
			fromHandler: "Vom Handler abgelehnt",
			beforeHandler: "Abgelehnt, bevor der Handler läuft",
			inFilter: "Im Filter eines einzelnen Mitglieds",
			inClient: "In diesem Tab entschieden",
			app: "Ein Code der App selbst",
			conflict: "Mit Status 409",
			panic: "Der Handler gerät in Panik",
			slow: "Der Handler braucht zu lange",
			tooSmall: "Betrag 0",
			tooLarge: "Betrag 1000",
			unknownField: "Ein unbekanntes Feld",
			notInRoom: "Ein nicht betretener Raum",
			roomForbidden: "Ein Raum, den niemand öffnete",
			roomInvalid: "Ein zu langer Raumname",
			unknownRoute: "Eine Route, die es nicht gibt",
			noLogin: "Ohne Anmeldung, über HTTP",
			filterError: "Der Filter gibt einen Fehler zurück",
			filterPanic: "Der Filter gerät in Panik",
			abort: "Vom Aufrufer abgebrochen",
			clientTimeout: "Keine Antwort in der Zeit",
			filterHint: "Der Aufruf gelingt; jedes Mitglied bekommt einen Fehlerframe statt des Ereignisses.",
			result: "Was zurückkam",
			noResult: "Drücke einen Knopf, um eine Antwort zu sehen.",
			sentence: "Satz",
			code: "Code",
			params: "Parameter",
			status: "Status",
			noStatus: "keiner",
			took: "Dauer",
			notRefused: "Der Aufruf ist gelungen.",
			frames: "Empfangene Fehlerframes",
			noFrames: "In diesem Tab noch keine.",
			expects: (e) => `erwartet ${e}`
		}
	},
	fr: {
		brandLine: "Des événements typés, d'un fichier dans un dossier",
		skipToContent: "Aller au contenu",
		mainNavigation: "Pages",
		documentTitle: (e) => `${e} · Syncwright`,
		nav: {
			overview: "Aperçu",
			examples: "Compteur",
			board: "Tableau",
			todos: "Tâches",
			chat: "Discussion",
			story: "Récit",
			lobby: "Hall",
			nested: "Imbriqué",
			errors: "Erreurs",
			unread: (e) => e === 1 ? "1 message non lu" : `${e} messages non lus`
		},
		connection: {
			label: "Connexion",
			connected: "Connecté",
			connecting: "Connexion…",
			reconnecting: "Reconnexion…",
			refused: "Refusée",
			closed: "Non connecté",
			attempt: (e) => `tentative ${e}`,
			waiting: (e) => `${e} en attente d'envoi`,
			endedByServer: (e) => `Le serveur a mis fin à la connexion : ${e}.`,
			replaced: "Vous vous êtes connecté ailleurs et ne pouvez être qu'à un endroit à la fois.",
			noWebSocket: "Aucun WebSocket ne passe sur ce réseau. Tout fonctionne, un peu plus lentement, et ce sera réessayé plus tard.",
			tryAgain: "Réessayer"
		},
		language: {
			label: "Langue",
			browser: (e) => `Navigateur (${e})`
		},
		session: {
			signIn: "Se connecter",
			signOut: "Se déconnecter",
			signingIn: "Connexion en cours…",
			nameLabel: "Votre nom",
			namePlaceholder: "Ada",
			anyName: "N'importe quel nom convient, sans mot de passe. Le même nom est le même utilisateur, dans chaque onglet et chaque navigateur.",
			signedInAs: (e) => `Connecté en tant que ${e}`,
			gateTitle: "Connectez-vous pour participer",
			gateText: "Vous pouvez regarder, mais les routes de cette page veulent savoir qui appelle.",
			unreachable: "Le serveur est injoignable. Est-il démarré ?",
			ended: "Votre session est terminée, sans doute parce que le serveur a redémarré. Reconnectez-vous pour continuer.",
			welcome: (e) => `Bonjour, ${e}.`,
			welcomeText: "Ouvrez le compteur ici et encore une fois dans un second onglet, placez-les côte à côte et appuyez sur un bouton.",
			openCounter: "Ouvrir le compteur",
			openSecondTab: "Ouvrir dans un nouvel onglet"
		},
		feed: {
			title: "Cet onglet, en direct",
			intro: "Les événements de ses salons, sur quelque page que vous soyez, et les réponses à ses appels. Seuls les curseurs n'y sont pas.",
			page: "Page",
			rooms: "Salons",
			noRooms: "aucun pour l'instant",
			leaveRoom: (e) => `Quitter ${e}`,
			empty: "Rien n'est encore arrivé.",
			emptyHint: "Appuyez sur un bouton, ici ou dans un autre onglet.",
			clear: "Effacer",
			mine: "de moi",
			fromOthers: "des autres",
			answer: "réponse",
			event: "événement",
			error: "erreur",
			noOutput: "aucune donnée propre",
			count: (e) => e <= 1 ? `${e} trame` : `${e} trames`
		},
		room: {
			label: "Salon",
			join: "Entrer",
			joining: "Entrée…",
			joined: (e) => `Vous êtes dans ${e}.`,
			notJoined: (e) => `Vous n'êtes pas dans ${e}.`,
			leave: "Quitter",
			stays: "Vous y restez pendant que vous visitez d'autres pages.",
			mustJoin: "Entrez d'abord dans le salon.",
			mustSignIn: "Connectez-vous d'abord."
		},
		answer: {
			success: "Répondu",
			waiting: "En attente de la réponse…",
			inMs: (e) => `${e} ms`
		},
		code: {
			copy: "Copier",
			copied: "Copié"
		},
		overview: {
			title: "Aperçu",
			headline: "Un fichier dans un dossier devient un événement dans chaque onglet.",
			lead: "Déposez un fichier Rust. Compilez. Appelez-le depuis TypeScript, entièrement typé, et tout le salon l'apprend, chacun à sa manière.",
			stepsTitle: "Comment ça marche, en quatre étapes",
			step1Title: "Écrivez un gestionnaire",
			step1Text: "Le nom du fichier est la route : page, nom, côté et version. Il s'exécute une fois par appel. Il n'y a rien à enregistrer.",
			step2Title: "Dites ce que reçoit chaque membre",
			step2Text: "Un second fichier, si vous voulez, s'exécute une fois pour chaque membre du salon. Il peut lui ajouter quelque chose, l'ignorer ou lui envoyer une erreur.",
			step3Title: "Compilez",
			step3Text: "`cargo build` trouve les fichiers et écrit les types. Un nom, une version ou un champ erroné ne compile plus.",
			step4Title: "Appelez et écoutez",
			step4Text: "L'appelant reçoit une réponse typée ; chaque membre du salon reçoit l'événement.",
			tourTitle: "Voir chaque sorte de route",
			tourExamples: "Un fichier serveur et un fichier client, deux versions côte à côte, trois façons de s'exclure soi-même, et une requête que personne d'autre n'entend.",
			tourBoard: "Des notes que tous déplacent et écrivent en même temps : une valeur pour chaque salon, avec des curseurs, et des notes que seuls les hôtes voient.",
			tourTodos: "Une liste sur laquelle on travaille sans connexion : ce qui est fait dans le train est envoyé une seule fois, dans l’ordre, et toutes les copies finissent pareilles.",
			tourChat: "Un filtre asynchrone qui sait où se trouve chaque membre et quelle langue il lit.",
			tourStory: "Un handler qui envoie mot à mot et que l'on peut arrêter.",
			tourLobby: "Un fichier client seul : une porte qui laisse passer un événement, ou non.",
			tourNested: "Une route dans un dossier imbriqué et une à la racine, chacune un fichier serveur seul.",
			tourErrors: "Toutes les façons de refuser un appel, avec le code et la phrase dans votre langue.",
			notFoundTitle: "Cette page n'existe pas",
			notFoundText: (e) => `Il n'y a rien à \`${e}\`.`,
			notFoundBack: "Retour à l'aperçu"
		},
		examples: {
			title: "Un compteur partagé",
			lead: "Tout le salon voit le même nombre, dès l'ouverture de la page. C'est un état ; l'événement le change, et le filtre décide, membre par membre, qui l'apprend.",
			value: "Compteur",
			noValue: "Il n'y a pas de nombre ici tant que vous n'êtes pas dans le salon.",
			neverChanged: "Personne ne l'a encore modifié.",
			reset: "Recommencer",
			changedByMe: "Modifié en dernier par vous",
			changedBy: (e) => `Modifié en dernier par ${e}`,
			amount: "Quantité (1 à 100)",
			note: "Note (v2 seulement)",
			notePlaceholder: "pour le déjeuner",
			addV1: (e) => `Ajouter ${e} avec v1`,
			addV2: (e) => `Ajouter ${e} avec v2`,
			ignoreSelf: "Qui est exclu",
			ignoreNobody: "Personne",
			ignoreThisTab: "Cet onglet",
			ignoreAllTabs: "Tous mes onglets",
			ignoreHint: "`ignoreSelf` : cet onglet reçoit de toute façon la réponse à son appel.",
			readTitle: "Demander le compteur",
			readText: "Une requête est une question et sa réponse : personne d'autre ne l'entend, et il ne faut pas de salon. Cet onglet suit le compteur ci-dessus tant qu'il est dans le salon ; ici, on demande une fois, d'où que ce soit.",
			readButton: "Lire le compteur",
			readValue: (e) => `Compteur de ${e} :`,
			readNothing: "Pas encore demandé.",
			elsewhereTitle: "Maintenant, allez ailleurs",
			elsewhereText: "Le filtre demande où est chaque membre. Ouvrez ici une autre page, ajoutez depuis un second onglet et observez la liste en direct de celui-ci : rien n'arrive, bien que vous soyez encore dans le salon.",
			elsewhereLink: "Aller à la discussion"
		},
		board: {
			title: "Un tableau pour tous",
			lead: "Une valeur pour chaque salon, à laquelle tous travaillent en même temps. Glissez une note ici et regardez un second onglet ; elle est encore là après un redémarrage.",
			notes: "Notes",
			add: "Ajouter une note",
			nextColor: "Couleur des nouvelles notes",
			empty: "Rien ici pour l'instant. Double-cliquez n'importe où, ou ajoutez une note.",
			keys: "Glissez une note, ou déplacez-la avec les flèches ; Maj allonge les pas. Entrée, ou un double clic, permet d'écrire dessus, et Suppr la retire.",
			noteBy: (e) => `Note de ${e}`,
			hiddenNoteBy: (e) => `Note cachée de ${e}`,
			text: "Texte de la note",
			tools: "Outils de la note",
			color: "Couleur",
			edit: "Écrire",
			hide: "Cacher",
			show: "Montrer",
			hidden: "Cachée",
			remove: "Retirer",
			host: "Je suis hôte",
			hostHint: "Les hôtes voient les notes cachées, les cachent ou les montrent. Aux autres, rien d'une note cachée n'est envoyé, pas même qu'elle existe.",
			status: {
				loading: "Chargement du tableau…",
				live: "En direct",
				stale: "Hors ligne : les modifications attendent",
				error: "Le tableau ne peut pas être affiché"
			},
			pending: (e) => `${e} en cours`
		},
		todos: {
			title: "Une liste qui marche hors ligne",
			lead: "Des données durables, gardées par le serveur et par ce navigateur. Coupez la connexion, continuez, rechargez même la page : ce qui est fait se voit aussitôt, et est envoyé une seule fois dès qu’il y a une connexion.",
			list: "Liste",
			open: "Ouvrir",
			listTitle: (e) => `À faire : ${e}`,
			newTodo: "Quelque chose à faire",
			placeholder: "Acheter du lait d’avoine",
			add: "Ajouter",
			empty: "Rien à faire.",
			done: (e) => `Fait : ${e}`,
			titleOf: (e) => `Titre de ${e}`,
			by: (e) => `Ajouté par ${e}`,
			pending: "en attente",
			saved: "enregistré",
			vote: (e, t) => `Voter pour ${e}, qui a ${t}`,
			up: (e) => `Monter ${e}`,
			down: (e) => `Descendre ${e}`,
			remove: (e) => `Supprimer ${e}`,
			rejected: "Ce qui a été refusé",
			dismiss: "Lu",
			waiting: (e) => `${e} pas encore envoyés`,
			damaged: "Ce que ce navigateur avait gardé n'était plus lisible. Ce que vous avez fait et qui n'était pas encore envoyé est peut-être perdu.",
			notKept: (e) => `Ce navigateur ne garde plus rien ici : ce que vous faites est envoyé tant que cette page est ouverte. Pas encore envoyé : ${e}.`,
			status: {
				offline: "Hors ligne : tout est ici",
				syncing: "Mise à jour…",
				live: "En direct",
				error: "La liste ne peut pas être affichée"
			}
		},
		chat: {
			title: "Discussion",
			lead: "Le filtre est asynchrone et s'exécute pour chaque lecteur : il dit à cet onglet sur quelle page il est et dans quelle langue il lit.",
			messages: "Messages",
			empty: "Aucun message dans ce salon.",
			you: "Vous",
			place: "lieu",
			locale: "langue",
			message: "Message",
			placeholder: "Dites quelque chose",
			send: "Envoyer",
			typing: "Quelqu'un écrit…",
			hint: "Sur une autre page, le message arrive aussi, comme `elsewhere` ; il est compté ci-dessus, près du nom de la page."
		},
		story: {
			title: "Un récit, mot à mot",
			lead: "Le handler envoie à tous ceux du salon pendant qu'il s'exécute : `ctx.broadcast_stream(…)`. À la fin vient un événement comme un autre.",
			text: "Le récit",
			sample: "Il était une fois un fichier dans un dossier qui devint un événement dans chaque onglet, et tous dans le salon le lisaient à mesure qu'il s'écrivait, un mot après l'autre.",
			tell: "Raconter",
			stop: "Arrêter",
			heard: "Ce qui a été raconté",
			empty: "Personne n'a encore rien raconté ici.",
			stopped: "(arrêté)",
			hint: "« Arrêter » interrompt le `signal` de l'appel ; le handler voit `sync-cancelled`, et ce qui a été raconté jusque-là a eu lieu."
		},
		here: {
			title: "Qui est là",
			count: (e) => e === 1 ? "1 personne" : `${e} personnes`,
			more: (e) => e === 1 ? "et 1 autre" : `et ${e} autres`,
			me: "(vous)",
			away: "absent",
			mood: "Que faites-vous ?",
			moodPlaceholder: "à table",
			show: "Afficher",
			takeBack: "Retirer",
			color: "Votre couleur",
			colors: {
				blue: "Bleu",
				green: "Vert",
				orange: "Orange",
				pink: "Rose",
				violet: "Violet"
			},
			hint: "Tous vos onglets sont une seule personne, absente quand vous n'en regardez aucun. La règle dans `src/chat/_room.rs` dit `presence` ; cette liste est `usePresence`."
		},
		lobby: {
			title: "Hall",
			lead: "Un fichier client seul est une porte. Rien ne s'exécute une fois ; pour chaque membre, il répond seulement si l'événement peut passer.",
			pad: "Écrivez ici",
			padPlaceholder: "Ce que vous écrivez reste dans cet onglet. Les autres apprennent seulement que vous écrivez.",
			someone: "Quelqu'un écrit…",
			nobody: "Personne d'autre n'écrit.",
			sent: (e) => e <= 1 ? `${e} événement envoyé` : `${e} événements envoyés`,
			arrived: (e) => e <= 1 ? `${e} événement arrivé` : `${e} événements arrivés`,
			mute: "Ne pas déranger",
			muteHint: "La porte le demande : si c’est activé, aucun événement de frappe n’arrive dans vos onglets."
		},
		nested: {
			title: "Routes imbriquées et racine",
			lead: "Les dossiers s'imbriquent autant que vous voulez et le chemin est le nom. Un fichier serveur seul livre la même sortie à chaque membre.",
			nestedTitle: "Une page imbriquée",
			nestedText: "`src/test/nestedTest/_sync/` contient `test/nestedTest/room`.",
			message: "Message",
			messagePlaceholder: "Bonjour d'en bas",
			sendMessage: "Envoyer",
			rootTitle: "La page racine",
			rootText: "`src/_sync/` contient `root/announce`. Elle va dans tout salon où vous êtes, et chaque page l'affiche.",
			announcement: "Annonce",
			announcementPlaceholder: "Le thé est prêt",
			announce: "Annoncer",
			to: "Au salon",
			received: "Reçu dans ce salon",
			nothing: "Rien pour l'instant."
		},
		announcement: {
			from: (e, t) => `${e} dans ${t}`,
			dismiss: "Fermer"
		},
		errors: {
			title: "Erreurs",
			lead: "Un refus est un code avec des paramètres, jamais une phrase. La phrase est cherchée dans la langue du lecteur : changez de langue ci-dessus et appuyez de nouveau.",
			fromHandler: "Refusé par le gestionnaire",
			beforeHandler: "Refusé avant le gestionnaire",
			inFilter: "Dans le filtre d'un seul membre",
			inClient: "Décidé dans cet onglet",
			app: "Un code de l'application",
			conflict: "Avec le statut 409",
			panic: "Le gestionnaire panique",
			slow: "Le gestionnaire est trop lent",
			tooSmall: "Quantité 0",
			tooLarge: "Quantité 1000",
			unknownField: "Un champ inconnu",
			notInRoom: "Un salon où vous n'êtes pas",
			roomForbidden: "Un salon que personne n'a ouvert",
			roomInvalid: "Un nom de salon trop long",
			unknownRoute: "Une route qui n'existe pas",
			noLogin: "Sans connexion, par HTTP",
			filterError: "Le filtre renvoie une erreur",
			filterPanic: "Le filtre panique",
			abort: "Annulé par l'appelant",
			clientTimeout: "Pas de réponse à temps",
			filterHint: "L'appel réussit ; chaque membre reçoit une trame d'erreur au lieu de l'événement.",
			result: "Ce qui est revenu",
			noResult: "Appuyez sur un bouton pour voir une réponse.",
			sentence: "Phrase",
			code: "Code",
			params: "Paramètres",
			status: "Statut",
			noStatus: "aucun",
			took: "Durée",
			notRefused: "L'appel a réussi.",
			frames: "Trames d'erreur reçues",
			noFrames: "Aucune dans cet onglet.",
			expects: (e) => `attend ${e}`
		}
	}
}, Ec = t(null);
function Dc() {
	let e = a(Ec);
	if (e === null) throw Error("useLanguage is called outside of LanguageProvider");
	return e;
}
function V() {
	return Dc().words;
}
function Oc({ children: e }) {
	let { languageChoice: t } = B(), n = l(() => {
		let e = xs(navigator.languages), n = t ?? e;
		return {
			language: n,
			browserLanguage: e,
			words: Tc[n]
		};
	}, [t]);
	return o(() => {
		document.documentElement.lang = n.language;
	}, [n.language]), /* @__PURE__ */ h(Ec, {
		value: n,
		children: e
	});
}
// src/routing/router.ts
var kc = [
	"/",
	"/examples",
	"/board",
	"/todos",
	"/chat",
	"/story",
	"/lobby",
	"/nested",
	"/errors"
];
function Ac(e, t) {
	let n = e.length > 1 && e.replace(/\/+$/, "") || "/", r = [...new URLSearchParams(t)].reverse();
	return {
		pathName: n,
		searchParams: Object.fromEntries(r)
	};
}
function jc(e, t = {}) {
	let n = Object.entries(t).filter(([, e]) => e !== ""), r = new URLSearchParams(n).toString();
	return r === "" ? e : `${e}?${r}`;
}
function Mc(e) {
	return kc.find((t) => t === e) ?? null;
}
var Nc = /* @__PURE__ */ new Set();
function Pc(e, { replace: t = !1 } = {}) {
	if (e !== window.location.pathname + window.location.search) {
		t ? window.history.replaceState(null, "", e) : window.history.pushState(null, "", e);
		for (let e of Nc) e();
	}
}
function Fc(e) {
	return Nc.add(e), window.addEventListener("popstate", e), () => {
		Nc.delete(e), window.removeEventListener("popstate", e);
	};
}
var Ic = () => window.location.pathname + window.location.search;
function H() {
	let e = f(Fc, Ic, () => "/");
	return l(() => {
		let [t = "/", n = ""] = e.split("?", 2);
		return Ac(t, n);
	}, [e]);
}
// src/live/feed.ts
var Lc = {
	entries: [],
	nextId: 1
};
function Rc(e, t, n) {
	let r = {
		...t,
		id: e.nextId,
		at: n
	};
	return {
		entries: [...e.entries, r].slice(-300),
		nextId: e.nextId + 1
	};
}
function zc(e, t, ...n) {
	return e.entries.flatMap((e) => e.kind === "event" && e.room === t && Bc(e.event, n) ? [{
		id: e.id,
		at: e.at,
		event: e.event
	}] : []);
}
function Bc(e, t) {
	return t.some((t) => t === e.route);
}
// src/live/useEveryEvent.ts
function Vc(e) {
	let { upsertSyncEventCallback: t } = Ns(), n = (t) => (n) => e({
		kind: "error",
		room: n.room,
		route: t,
		error: n
	});
	t({
		name: "examples/updateCounter",
		version: "v1",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "examples/updateCounter/v1",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("examples/updateCounter/v1")
	}), t({
		name: "examples/updateCounter",
		version: "v2",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "examples/updateCounter/v2",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("examples/updateCounter/v2")
	}), t({
		name: "examples/fail",
		version: "v1",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "examples/fail/v1",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("examples/fail/v1")
	}), t({
		name: "chat/sendMessage",
		version: "v1",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "chat/sendMessage/v1",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("chat/sendMessage/v1")
	}), t({
		name: "story/tell",
		version: "v1",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "story/tell/v1",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("story/tell/v1")
	}), t({
		name: "lobby/typing",
		version: "v1",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "lobby/typing/v1",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("lobby/typing/v1")
	}), t({
		name: "test/nestedTest/room",
		version: "v1",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "test/nestedTest/room/v1",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("test/nestedTest/room/v1")
	}), t({
		name: "root/announce",
		version: "v1",
		callback: ({ room: t, serverOutput: n, clientOutput: r }) => e({
			kind: "event",
			room: t,
			event: {
				route: "root/announce/v1",
				serverOutput: n,
				clientOutput: r
			}
		}),
		onError: n("root/announce/v1")
	});
}
// src/live/FeedProvider.tsx
var Hc = t(null);
function U() {
	let e = a(Hc);
	if (e === null) throw Error("useFeed is called outside of FeedProvider");
	return e;
}
function Uc({ children: e }) {
	let [t, n] = d(Lc), r = i((e) => {
		let t = /* @__PURE__ */ new Date();
		n((n) => Rc(n, e, t));
	}, []);
	Vc(r);
	let a = l(() => ({
		feed: t,
		record: r
	}), [t, r]);
	return /* @__PURE__ */ h(Hc, {
		value: a,
		children: e
	});
}
// src/live/useUnreadMessages.ts
function Wc() {
	let { feed: e } = U(), t = H().pathName === "/chat", [n, r] = d(0), i = e.nextId - 1;
	return o(() => {
		t && r(i);
	}, [t, i]), t ? 0 : e.entries.filter((e) => e.id > n && e.kind === "event" && e.event.route === "chat/sendMessage/v1" && !e.event.clientOutput.mine).length;
}
// src/parts/Avatar.tsx
function Gc({ name: e, color: t }) {
	let n = Array.from(e)[0] ?? "?";
	return /* @__PURE__ */ h("span", {
		className: "avatar",
		"data-color": t,
		"aria-hidden": "true",
		children: n.toLocaleUpperCase()
	});
}
// src/routing/Link.tsx
function W({ href: e, onClick: t, ...n }) {
	function r(r) {
		t?.(r);
		let i = r.metaKey || r.ctrlKey || r.shiftKey || r.altKey || r.button !== 0;
		r.defaultPrevented || i || n.target === "_blank" || (r.preventDefault(), Pc(e));
	}
	return /* @__PURE__ */ h("a", {
		href: e,
		onClick: r,
		...n
	});
}
// src/header/Brand.tsx
function Kc() {
	return /* @__PURE__ */ g(W, {
		className: "brand",
		href: "/",
		"data-testid": "brand",
		children: [/* @__PURE__ */ g("svg", {
			viewBox: "0 0 32 32",
			width: "28",
			height: "28",
			"aria-hidden": "true",
			children: [/* @__PURE__ */ h("rect", {
				className: "brand-back",
				x: "2",
				y: "4",
				width: "18",
				height: "15",
				rx: "4.5"
			}), /* @__PURE__ */ h("rect", {
				className: "brand-front",
				x: "12",
				y: "13",
				width: "18",
				height: "15",
				rx: "4.5"
			})]
		}), /* @__PURE__ */ h("span", { children: "Syncwright" })]
	});
}
// src/header/ConnectionPill.tsx
function qc() {
	let e = V(), { status: t, reconnect: n } = Fs(), r = t.status === "idle" ? "connecting" : t.status, i = Jc(t, e.connection), a = zs().filter(({ status: e }) => e === "queued").length, o = r === "refused" || r === "closed";
	return /* @__PURE__ */ g("div", {
		className: "pill",
		"data-state": r,
		"data-testid": "connection",
		title: i,
		children: [
			/* @__PURE__ */ h("span", {
				className: "dot",
				"aria-hidden": "true"
			}),
			/* @__PURE__ */ g("span", {
				role: "status",
				children: [
					/* @__PURE__ */ g("span", {
						className: "visually-hidden",
						children: [e.connection.label, ": "]
					}),
					/* @__PURE__ */ h("span", {
						className: "pill-text",
						children: e.connection[r]
					}),
					"attempt" in t && t.attempt > 1 && /* @__PURE__ */ g("span", {
						className: "pill-detail",
						children: [" ", e.connection.attempt(t.attempt)]
					}),
					a > 0 && /* @__PURE__ */ g("span", {
						className: "pill-detail",
						"data-testid": "waiting-calls",
						children: [" ", e.connection.waiting(a)]
					})
				]
			}),
			o && /* @__PURE__ */ h("button", {
				type: "button",
				className: "link",
				onClick: n,
				children: e.connection.tryAgain
			})
		]
	});
}
function Jc(e, t) {
	return e.status === "refused" ? e.closing === "session-replaced" ? t.replaced : e.message : e.status === "connected" ? e.isWebSocketFailing ? t.noWebSocket : void 0 : "closing" in e && e.closing !== void 0 ? t.endedByServer(e.closing) : void 0;
}
// src/header/LanguageSwitcher.tsx
function Yc() {
	let { words: e, browserLanguage: t } = Dc(), { languageChoice: n, chooseLanguage: r } = B(), i = s();
	return /* @__PURE__ */ g("div", {
		className: "language",
		children: [/* @__PURE__ */ h("label", {
			className: "visually-hidden",
			htmlFor: i,
			children: e.language.label
		}), /* @__PURE__ */ g("select", {
			id: i,
			value: n ?? "",
			onChange: (e) => void r(bs(e.target.value)),
			"data-testid": "language",
			children: [/* @__PURE__ */ h("option", {
				value: "",
				children: e.language.browser(ys[t])
			}), vs.map((e) => /* @__PURE__ */ h("option", {
				value: e,
				lang: e,
				children: ys[e]
			}, e))]
		})]
	});
}
// src/header/Header.tsx
var Xc = [
	{
		page: "/",
		word: "overview"
	},
	{
		page: "/examples",
		word: "examples"
	},
	{
		page: "/board",
		word: "board"
	},
	{
		page: "/todos",
		word: "todos"
	},
	{
		page: "/chat",
		word: "chat"
	},
	{
		page: "/story",
		word: "story"
	},
	{
		page: "/lobby",
		word: "lobby"
	},
	{
		page: "/nested",
		word: "nested"
	},
	{
		page: "/errors",
		word: "errors"
	}
];
function Zc() {
	let e = V();
	return /* @__PURE__ */ g("header", {
		className: "header",
		children: [/* @__PURE__ */ h("a", {
			className: "skip-link",
			href: "#content",
			children: e.skipToContent
		}), /* @__PURE__ */ g("div", {
			className: "header-row",
			children: [
				/* @__PURE__ */ h(Kc, {}),
				/* @__PURE__ */ h($c, {}),
				/* @__PURE__ */ g("div", {
					className: "header-tools",
					children: [/* @__PURE__ */ h(qc, {}), /* @__PURE__ */ h(Yc, {})]
				}),
				/* @__PURE__ */ h(el, {})
			]
		})]
	});
}
function Qc() {
	let { pathName: e, searchParams: t } = H(), [n, r] = d(() => /* @__PURE__ */ new Map());
	return o(() => {
		let n = Mc(e);
		n !== null && r((e) => new Map(e).set(n, jc(n, t)));
	}, [e, t]), n;
}
function $c() {
	let e = V(), { pathName: t } = H(), n = Qc(), r = Wc();
	return /* @__PURE__ */ h("nav", {
		className: "nav",
		"aria-label": e.mainNavigation,
		children: Xc.map(({ page: i, word: a }) => /* @__PURE__ */ g(W, {
			href: n.get(i) ?? i,
			"aria-current": t === i ? "page" : void 0,
			"data-testid": `nav-${a}`,
			children: [e.nav[a], a === "chat" && r > 0 && /* @__PURE__ */ g("span", {
				className: "badge",
				"data-testid": "chat-unread",
				children: [/* @__PURE__ */ h("span", {
					"aria-hidden": "true",
					children: r
				}), /* @__PURE__ */ h("span", {
					className: "visually-hidden",
					children: e.nav.unread(r)
				})]
			})]
		}, i))
	});
}
function el() {
	let e = V(), { status: t, session: n, signOut: r } = B();
	return n === null ? t === "loading" ? null : /* @__PURE__ */ h(W, {
		className: "button small primary user",
		href: "/",
		"data-testid": "header-sign-in",
		children: e.session.signIn
	}) : /* @__PURE__ */ g("div", {
		className: "user",
		children: [/* @__PURE__ */ g("span", {
			className: "user-name",
			"data-testid": "user-name",
			title: e.session.signedInAs(n.name),
			children: [
				/* @__PURE__ */ h(Gc, { name: n.name }),
				/* @__PURE__ */ h("span", {
					className: "visually-hidden",
					children: e.session.signedInAs("")
				}),
				/* @__PURE__ */ h("span", {
					className: "user-text",
					children: n.name
				})
			]
		}), /* @__PURE__ */ h("button", {
			type: "button",
			className: "button quiet small",
			onClick: () => void r(),
			"data-testid": "sign-out",
			children: e.session.signOut
		})]
	});
}
// src/live/AnnouncementBar.tsx
function tl() {
	let e = V(), { feed: t } = U(), [n, r] = d(0), i = t.entries.findLast((e) => e.kind === "event" && e.event.route === "root/announce/v1"), a = i?.kind === "event" && i.event.route === "root/announce/v1" && i.id > n;
	return /* @__PURE__ */ h("div", {
		className: "announcements",
		role: "status",
		children: a && i.event.route === "root/announce/v1" && /* @__PURE__ */ g("div", {
			className: "announcement",
			"data-testid": "announcement",
			children: [/* @__PURE__ */ g("p", { children: [/* @__PURE__ */ h("strong", { children: i.event.serverOutput.text }), /* @__PURE__ */ g("span", {
				className: "muted",
				children: [" ", e.announcement.from(i.event.serverOutput.by.name, i.room)]
			})] }), /* @__PURE__ */ h("button", {
				type: "button",
				className: "button quiet small",
				onClick: () => r(i.id),
				children: e.announcement.dismiss
			})]
		}, i.id)
	});
}
// src/live/RoomsProvider.tsx
var nl = t(null);
function rl() {
	let e = a(nl);
	if (e === null) throw Error("useRooms is called outside of RoomsProvider");
	return e;
}
function il({ children: e }) {
	let [t, n] = d(() => /* @__PURE__ */ new Map()), r = u(/* @__PURE__ */ new Map()), a = i((e) => {
		r.current.get(e)?.(), r.current.delete(e);
	}, []), s = i((e) => {
		let t = R.roomStatus(e);
		n((n) => n.get(e) === t ? n : new Map(n).set(e, t));
	}, []), c = i(async (e) => {
		if (r.current.has(e)) {
			if (R.roomStatus(e).status !== "error") return;
			a(e), await Promise.resolve();
		}
		r.current.set(e, al(e, () => s(e))), s(e);
	}, [a, s]), f = i((e) => {
		a(e), n((t) => new Map([...t].filter(([t]) => t !== e)));
	}, [a]), p = i((e) => r.current.has(e), []);
	o(() => {
		let e = r.current;
		return () => {
			for (let t of [...e.keys()]) a(t);
		};
	}, [a]);
	let m = l(() => ({
		rooms: t,
		enter: c,
		leave: f,
		isHeld: p
	}), [
		t,
		c,
		f,
		p
	]);
	return /* @__PURE__ */ h(nl, {
		value: m,
		children: e
	});
}
function al(e, t) {
	return ol(e) ? R.holdPresence(e, t) : R.holdRoom(e, t);
}
function ol(e) {
	return e.startsWith("chat-") || e.startsWith("board-");
}
// src/live/showJson.ts
function sl(e) {
	return JSON.stringify(e, null, 1).replace(/\n\s*/g, " ").replace(/"([A-Za-z_$][\w$]*)":/g, "$1:");
}
// src/live/FeedPanel.tsx
function cl() {
	let e = V(), t = s(), { feed: n } = U(), [r, i] = d(0), a = n.entries.filter((e) => e.id > r).slice(-40).reverse();
	return /* @__PURE__ */ g("aside", {
		className: "panel",
		"aria-labelledby": t,
		"data-testid": "feed-panel",
		children: [
			/* @__PURE__ */ g("div", {
				className: "panel-head",
				children: [/* @__PURE__ */ h("h2", {
					id: t,
					children: e.feed.title
				}), a.length > 0 && /* @__PURE__ */ h("button", {
					type: "button",
					className: "button quiet small",
					onClick: () => i(n.nextId - 1),
					"data-testid": "feed-clear",
					children: e.feed.clear
				})]
			}),
			/* @__PURE__ */ h("p", {
				className: "hint",
				children: e.feed.intro
			}),
			/* @__PURE__ */ h(ul, {}),
			/* @__PURE__ */ h(ll, { entry: a[0] }),
			/* @__PURE__ */ h("ol", {
				className: "feed",
				tabIndex: 0,
				"aria-labelledby": t,
				"data-testid": "event-log",
				children: a.map((e) => /* @__PURE__ */ h(dl, { entry: e }, e.id))
			}),
			a.length === 0 && /* @__PURE__ */ g("p", {
				className: "feed-empty",
				children: [
					e.feed.empty,
					/* @__PURE__ */ h("br", {}),
					/* @__PURE__ */ h("span", {
						className: "muted",
						children: e.feed.emptyHint
					})
				]
			})
		]
	});
}
function ll({ entry: e }) {
	let t = V(), n = e?.kind === "event" ? e.event.route : e?.route;
	return /* @__PURE__ */ h("p", {
		className: "visually-hidden",
		role: "status",
		"aria-live": "polite",
		children: e && `${t.feed[e.kind]} ${e.id}: ${n}, ${e.room}`
	});
}
function ul() {
	let e = V(), { pathName: t } = H(), { rooms: n, leave: r } = rl(), i = [...n].filter(([, e]) => e.status === "joined").map(([e]) => e);
	return /* @__PURE__ */ g("dl", {
		className: "whereabouts",
		children: [
			/* @__PURE__ */ h("dt", { children: e.feed.page }),
			/* @__PURE__ */ h("dd", { children: /* @__PURE__ */ h("code", {
				"data-testid": "location",
				children: t
			}) }),
			/* @__PURE__ */ h("dt", { children: e.feed.rooms }),
			/* @__PURE__ */ g("dd", {
				"data-testid": "joined-rooms",
				children: [i.length === 0 && /* @__PURE__ */ h("span", {
					className: "muted",
					children: e.feed.noRooms
				}), i.map((t) => /* @__PURE__ */ g("span", {
					className: "chip",
					children: [t, /* @__PURE__ */ h("button", {
						type: "button",
						"aria-label": e.feed.leaveRoom(t),
						onClick: () => r(t),
						children: "×"
					})]
				}, t))]
			})
		]
	});
}
function dl({ entry: e }) {
	let t = V(), n = e.kind === "event" ? e.event.route : e.route, r = e.kind === "error" || e.kind === "answer" && e.error !== null;
	return /* @__PURE__ */ g("li", {
		className: "feed-row",
		"data-kind": e.kind,
		"data-failed": r,
		"data-testid": "feed-row",
		"data-route": n,
		"data-room": e.room,
		children: [
			/* @__PURE__ */ g("div", {
				className: "feed-line",
				children: [/* @__PURE__ */ h("code", {
					className: "feed-route",
					title: n,
					children: n
				}), /* @__PURE__ */ h(ml, { at: e.at })]
			}),
			/* @__PURE__ */ g("div", {
				className: "feed-line",
				children: [
					/* @__PURE__ */ h("span", {
						className: r ? "tag danger" : `tag ${e.kind}`,
						children: t.feed[r ? "error" : e.kind]
					}),
					/* @__PURE__ */ h("span", {
						className: "feed-room",
						title: e.room,
						children: e.room
					}),
					/* @__PURE__ */ h(fl, { entry: e })
				]
			}),
			/* @__PURE__ */ h(pl, { entry: e })
		]
	});
}
function fl({ entry: e }) {
	let t = V();
	if (e.kind === "answer") return /* @__PURE__ */ h("span", {
		className: "feed-time",
		children: t.answer.inMs(e.tookMs)
	});
	if (e.kind === "error" || !("mine" in e.event.clientOutput)) return null;
	let { mine: n } = e.event.clientOutput;
	return /* @__PURE__ */ h("span", {
		className: n ? "tag mine" : "tag others",
		"data-testid": "feed-mine",
		"data-mine": n,
		children: n ? t.feed.mine : t.feed.fromOthers
	});
}
function pl({ entry: e }) {
	return e.kind === "event" ? /* @__PURE__ */ g("dl", {
		className: "feed-data",
		children: [
			/* @__PURE__ */ h("dt", { children: "serverOutput" }),
			/* @__PURE__ */ h("dd", {
				"data-testid": "server-output",
				children: sl(e.event.serverOutput)
			}),
			/* @__PURE__ */ h("dt", { children: "clientOutput" }),
			/* @__PURE__ */ h("dd", {
				"data-testid": "client-output",
				children: sl(e.event.clientOutput)
			})
		]
	}) : e.kind === "error" || e.error !== null ? /* @__PURE__ */ g("p", {
		className: "feed-error",
		children: [
			e.error?.message,
			" ",
			/* @__PURE__ */ h("code", { children: e.error?.errorCode })
		]
	}) : /* @__PURE__ */ g("dl", {
		className: "feed-data",
		children: [/* @__PURE__ */ h("dt", { children: "result" }), /* @__PURE__ */ h("dd", { children: sl(e.result) })]
	});
}
function ml({ at: e }) {
	let { language: t } = Dc(), n = e.toLocaleTimeString(t, {
		hour: "2-digit",
		minute: "2-digit",
		second: "2-digit",
		hourCycle: "h23"
	});
	return /* @__PURE__ */ h("time", {
		className: "feed-time",
		dateTime: e.toISOString(),
		children: n
	});
}
// src/parts/CallError.tsx
function G({ outcome: e }) {
	return e?.status === "error" ? /* @__PURE__ */ g("p", {
		role: "alert",
		className: "notice danger",
		"data-testid": "call-error",
		"data-code": e.error.errorCode,
		children: [
			e.error.message,
			" ",
			/* @__PURE__ */ h("code", { children: e.error.errorCode })
		]
	}) : null;
}
// src/parts/colors.ts
var hl = [
	"blue",
	"green",
	"orange",
	"pink",
	"violet"
];
function gl(e) {
	return hl[Array.from(e).reduce((e, t) => (e * 31 + (t.codePointAt(0) ?? 0)) % 997, 7) % hl.length] ?? "blue";
}
// src/parts/Swatches.tsx
function _l({ legend: e, value: t, testId: n, isDisabled: r = !1, isSmall: i = !1, onChange: a }) {
	let o = V(), c = s();
	return /* @__PURE__ */ g("fieldset", {
		className: i ? "swatches small" : "swatches",
		disabled: r,
		children: [/* @__PURE__ */ h("legend", {
			className: i ? "visually-hidden" : void 0,
			children: e
		}), hl.map((e) => /* @__PURE__ */ g("label", {
			className: "swatch",
			"data-color": e,
			"data-testid": `${n}-${e}`,
			children: [/* @__PURE__ */ h("input", {
				type: "radio",
				name: c,
				checked: e === t,
				onChange: () => a(e)
			}), /* @__PURE__ */ h("span", {
				className: "visually-hidden",
				children: o.here.colors[e]
			})]
		}, e))]
	});
}
// src/board/BoardPeople.tsx
var vl = 6;
function yl({ presence: e, colorOf: t }) {
	let n = V(), { people: r, me: i, more: a, isCurrent: o } = e, s = Math.max(r.length - vl, 0) + a;
	return /* @__PURE__ */ g("ul", {
		className: "board-people",
		"aria-label": n.here.title,
		"data-testid": "who-is-here",
		"data-current": o,
		children: [r.slice(0, vl).map(({ id: e, user: r, away: a }) => {
			let o = [
				r.name,
				e === i && n.here.me,
				a && `(${n.here.away})`
			].filter(Boolean).join(" ");
			return /* @__PURE__ */ g("li", {
				title: o,
				"data-testid": "person",
				"data-name": r.name,
				"data-away": a,
				"data-me": e === i,
				children: [/* @__PURE__ */ h(Gc, {
					name: r.name,
					color: t(r.userId)
				}), /* @__PURE__ */ h("span", {
					className: "visually-hidden",
					children: o
				})]
			}, e);
		}), s > 0 && /* @__PURE__ */ h("li", {
			className: "board-more",
			children: n.here.more(s)
		})]
	});
}
// src/parts/LiveStatus.tsx
function bl({ tone: e, status: t, text: n, pending: r, pendingText: i, problem: a, testId: o }) {
	return /* @__PURE__ */ g("p", {
		className: "live-status",
		"data-tone": e,
		"data-testid": `${o}-status`,
		"data-status": t,
		"data-pending": r,
		children: [
			r > 0 && /* @__PURE__ */ h("span", {
				className: "live-pending muted",
				"data-testid": `${o}-pending`,
				children: i
			}),
			/* @__PURE__ */ h("span", {
				className: "dot",
				"aria-hidden": "true"
			}),
			/* @__PURE__ */ h("span", {
				role: "status",
				title: a,
				children: n
			})
		]
	});
}
// src/board/BoardStatus.tsx
function xl({ status: e, problem: t, pending: n }) {
	let r = V();
	return /* @__PURE__ */ h(bl, {
		tone: e === "live" || e === "error" ? e : "waits",
		status: e,
		text: r.board.status[e],
		pending: n,
		pendingText: r.board.pending(n),
		problem: t,
		testId: "board"
	});
}
// src/board/cursors.ts
var Sl = 4e3;
function Cl(e, t, n, r) {
	let i = new Map(e);
	return n === null ? i.delete(t.userId) : i.set(t.userId, {
		by: t,
		at: n,
		heardAt: r,
		isFading: !1
	}), i;
}
function wl(e, t) {
	let n = [...e].filter(([, { heardAt: e }]) => t - e < 4600).map(([e, n]) => [e, Tl(n, t)]);
	return n.length === e.size && n.every(([t, n]) => e.get(t) === n) ? e : new Map(n);
}
function Tl(e, t) {
	let n = t - e.heardAt >= Sl;
	return e.isFading === n ? e : {
		...e,
		isFading: n
	};
}
// src/board/useCursors.ts
var El = 300;
function Dl(e) {
	let { upsertSyncEventCallback: t } = Ns(), [n, r] = d(() => /* @__PURE__ */ new Map());
	t({
		name: "board/cursor",
		version: "v1",
		callback: ({ clientOutput: { by: t, at: n }, room: i }) => {
			i === e && r((e) => Cl(e, t, n, performance.now()));
		}
	});
	let i = n.size > 0;
	return o(() => {
		if (!i) return;
		let e = setInterval(() => r((e) => wl(e, performance.now())), El);
		return () => clearInterval(e);
	}, [i]), [...n.values()];
}
// src/board/Cursors.tsx
function Ol({ room: e, colorOf: t }) {
	return /* @__PURE__ */ h("div", {
		className: "cursors",
		"aria-hidden": "true",
		children: Dl(e).map(({ by: e, at: n, isFading: r }) => /* @__PURE__ */ g("div", {
			className: "cursor",
			style: {
				"--x": n.x,
				"--y": n.y
			},
			"data-color": t(e.userId),
			"data-fading": r,
			"data-testid": "cursor",
			"data-name": e.name,
			children: [/* @__PURE__ */ h("svg", {
				viewBox: "0 0 16 18",
				width: "16",
				height: "18",
				children: /* @__PURE__ */ h("path", { d: "M1.5 1.2l12.2 7.3-5.6 1.3-2.8 5.6z" })
			}), /* @__PURE__ */ h("span", { children: e.name })]
		}, e.userId))
	});
}
// src/board/geometry.ts
var K = {
	width: 1e3,
	height: 600
}, kl = {
	width: 190,
	height: 130
};
function Al({ x: e, y: t }) {
	return {
		x: Fl(0, e, K.width - kl.width),
		y: Fl(0, t, K.height - kl.height)
	};
}
function jl(e, t) {
	let n = K.width / t.width;
	return {
		x: Fl(0, (e.clientX - t.left) * n, K.width),
		y: Fl(0, (e.clientY - t.top) * n, K.height)
	};
}
function Ml(e) {
	let t = Nl.find((t) => !e.some((e) => Pl(e, t))), n = e.length % 9 * 24;
	return t ?? Al({
		x: 40 + n * 3,
		y: 40 + n
	});
}
var Nl = [
	40,
	220,
	400
].flatMap((e) => [
	40,
	280,
	520,
	760
].map((t) => ({
	x: t,
	y: e
})));
function Pl(e, t) {
	return Math.abs(e.x - t.x) < kl.width && Math.abs(e.y - t.y) < kl.height;
}
function Fl(e, t, n) {
	return Math.round(Math.min(Math.max(t, e), n));
}
// src/parts/Switch.tsx
function Il({ label: e, hint: t, isOn: n, isDisabled: r, testId: i, onChange: a }) {
	let o = s();
	return /* @__PURE__ */ g("div", {
		className: "switch",
		children: [
			/* @__PURE__ */ h("input", {
				id: o,
				type: "checkbox",
				role: "switch",
				checked: n,
				disabled: r,
				"aria-describedby": `${o}-hint`,
				onChange: (e) => a(e.target.checked),
				"data-testid": i
			}),
			/* @__PURE__ */ h("label", {
				htmlFor: o,
				children: e
			}),
			/* @__PURE__ */ h("p", {
				id: `${o}-hint`,
				className: "hint",
				children: t
			})
		]
	});
}
// src/board/HostSwitch.tsx
function Ll() {
	let e = V(), { session: t, beHost: n } = B();
	return /* @__PURE__ */ h(Il, {
		label: e.board.host,
		hint: e.board.hostHint,
		isOn: t?.host ?? !1,
		isDisabled: t === null,
		testId: "host",
		onChange: (e) => void n(e)
	});
}
// src/live/paced.ts
function Rl(e, t) {
	let n = null, r, i = -Infinity;
	function a() {
		if (r = void 0, n === null) return;
		let { value: e } = n;
		n = null, i = performance.now(), t(e);
	}
	return {
		say(t) {
			if (n = { value: t }, r !== void 0) return;
			let o = i + e - performance.now();
			o <= 0 ? a() : r = setTimeout(a, o);
		},
		drop() {
			clearTimeout(r), r = void 0, n = null;
		}
	};
}
// src/live/usePaced.ts
function zl(e, t) {
	let n = u(t);
	n.current = t;
	let r = l(() => Rl(e, (e) => n.current(e)), [e]);
	return o(() => () => r.drop(), [r]), r;
}
// src/board/noteLength.ts
function Bl(e) {
	return e.length > 120 ? "long" : e.length > 45 ? "medium" : "short";
}
// src/board/NoteEditor.tsx
var Vl = 250, Hl = 280;
function Ul({ text: e, label: t, onPass: n, onWrite: r, onDone: i }) {
	let [a, s] = d(null), c = u(null), l = zl(Vl, (e) => {
		n(e) && p(null);
	}), f = a ?? e;
	function p(e) {
		c.current = e, s(e);
	}
	function m() {
		l.drop(), c.current !== null && r(c.current), p(null);
	}
	let _ = u(m);
	return _.current = m, o(() => () => _.current(), []), /* @__PURE__ */ g("div", {
		className: "note-editor",
		"data-length": Bl(f),
		children: [/* @__PURE__ */ g("p", {
			className: "note-text",
			"aria-hidden": "true",
			children: [f, " "]
		}), /* @__PURE__ */ h("textarea", {
			"aria-label": t,
			value: f,
			maxLength: Hl,
			autoFocus: !0,
			onFocus: ({ target: e }) => e.setSelectionRange(e.value.length, e.value.length),
			onChange: ({ target: e }) => {
				p(e.value), l.say(e.value);
			},
			onBlur: () => {
				m(), i();
			},
			onKeyDown: (e) => {
				(e.key === "Escape" || e.key === "Enter" && (e.ctrlKey || e.metaKey)) && i();
			},
			"data-testid": "note-editor"
		})]
	});
}
// src/board/NoteTools.tsx
function Wl({ note: e, isHost: t, side: n, onEdit: r, onPaint: i, onHide: a, onRemove: o }) {
	let s = V();
	return /* @__PURE__ */ g("div", {
		className: `note-tools ${n}`,
		role: "group",
		"aria-label": s.board.tools,
		children: [
			/* @__PURE__ */ h(_l, {
				legend: s.board.color,
				testId: "note-paint",
				value: e.color,
				isSmall: !0,
				onChange: i
			}),
			/* @__PURE__ */ h(Gl, {
				label: s.board.edit,
				testId: "note-edit",
				onPress: r,
				children: /* @__PURE__ */ h("path", { d: "M4 16l.8-3.4L13 4.4a1.4 1.4 0 0 1 2 0l.6.6a1.4 1.4 0 0 1 0 2L7.4 15.2z" })
			}),
			t && /* @__PURE__ */ g(Gl, {
				label: e.hidden ? s.board.show : s.board.hide,
				testId: "note-hide",
				onPress: () => a(!e.hidden),
				children: [
					/* @__PURE__ */ h("path", { d: "M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5z" }),
					/* @__PURE__ */ h("circle", {
						cx: "10",
						cy: "10",
						r: "2"
					}),
					!e.hidden && /* @__PURE__ */ h("path", { d: "M4 16L16 4" })
				]
			}),
			/* @__PURE__ */ h(Gl, {
				label: s.board.remove,
				testId: "note-remove",
				onPress: o,
				children: /* @__PURE__ */ h("path", { d: "M4 6h12M8 6V4.2h4V6M5.6 6l.7 10h7.4l.7-10M8.6 9v4M11.4 9v4" })
			})
		]
	});
}
function Gl({ label: e, testId: t, onPress: n, children: r }) {
	return /* @__PURE__ */ h("button", {
		type: "button",
		className: "note-tool",
		"aria-label": e,
		title: e,
		onClick: n,
		"data-testid": t,
		children: /* @__PURE__ */ h("svg", {
			viewBox: "0 0 20 20",
			width: "16",
			height: "16",
			"aria-hidden": "true",
			children: r
		})
	});
}
// src/board/useDrag.ts
var Kl = 4;
function ql({ from: e, onMove: t, onDrop: n, onTap: r }) {
	let i = u(null);
	function a({ pointerId: e }) {
		return i.current?.pointerId === e ? i.current : null;
	}
	function o(e, t) {
		let o = a(e);
		o !== null && (i.current = null, o.isMoving ? n() : t && e.pointerType === "touch" && r());
	}
	return {
		onPointerDown(t) {
			let n = t.currentTarget.closest("[data-board]");
			if (n === null || t.button !== 0 || i.current !== null || t.target instanceof HTMLTextAreaElement) return;
			t.pointerType === "touch" && t.preventDefault(), t.currentTarget.setPointerCapture(t.pointerId);
			let r = K.width / n.clientWidth;
			i.current = {
				pointerId: t.pointerId,
				from: e,
				x: t.clientX,
				y: t.clientY,
				scale: r,
				isMoving: !1
			};
		},
		onPointerMove(e) {
			let n = a(e);
			if (n === null) return;
			let [r, i] = [e.clientX - n.x, e.clientY - n.y];
			n.isMoving ||= Math.hypot(r, i) >= Kl, n.isMoving && t({
				x: n.from.x + r * n.scale,
				y: n.from.y + i * n.scale
			});
		},
		onPointerUp: (e) => o(e, !0),
		onPointerCancel: (e) => o(e, !1)
	};
}
// src/board/useMoving.ts
var Jl = 80;
function Yl(e, { act: t, pass: n }) {
	let [r, i] = d(null), a = u(null), o = zl(Jl, ({ x: t, y: r }) => n({ move: {
		id: e,
		x: t,
		y: r
	} }));
	function s(e) {
		a.current = e, i(e);
	}
	return {
		at: r,
		to(e) {
			let t = Al(e);
			s(t), o.say(t);
		},
		drop() {
			let n = a.current;
			n !== null && (o.drop(), t({ move: {
				id: e,
				x: n.x,
				y: n.y
			} }), s(null));
		}
	};
}
// src/board/Note.tsx
var Xl = r(function({ id: e, note: t, level: n, isHost: r, isNew: i, keysId: a, deeds: o, onRemoved: s }) {
	let c = V(), [l, f] = d(i), [p, m] = d(!1), _ = u(null), v = Yl(e, o), y = Al(v.at ?? t), b = ql({
		from: y,
		onMove: v.to,
		onDrop: v.drop,
		onTap: () => p ? f(!0) : _.current?.focus()
	});
	function x() {
		o.act({ remove: { id: e } }), s();
	}
	function S(e) {
		if (e.target !== e.currentTarget || e.ctrlKey || e.metaKey || e.altKey) return;
		let t = Zl[e.key];
		if (t !== void 0) {
			let n = e.shiftKey ? 50 : 10;
			v.to({
				x: y.x + t.x * n,
				y: y.y + t.y * n
			});
		} else if (e.key === "Enter" || e.key === "F2") f(!0);
		else if (e.key === "Delete" || e.key === "Backspace") x();
		else return;
		e.preventDefault();
	}
	function ee({ currentTarget: e, relatedTarget: t }) {
		v.drop(), m(e.contains(t));
	}
	function C() {
		f(!1), document.activeElement instanceof HTMLTextAreaElement && _.current?.focus();
	}
	return /* @__PURE__ */ g("li", {
		className: "note",
		style: {
			"--x": y.x,
			"--y": y.y,
			"--level": n + 1,
			"--tilt": $l(e)
		},
		"data-color": t.color,
		"data-hidden": t.hidden,
		"data-moving": v.at !== null,
		"data-selected": p,
		"data-testid": "note",
		"data-note": e,
		"data-level": n,
		"data-x": y.x,
		"data-y": y.y,
		onFocus: () => m(!0),
		onBlur: ee,
		children: [/* @__PURE__ */ g("div", {
			ref: _,
			className: "note-card",
			role: "group",
			tabIndex: 0,
			"aria-label": t.hidden ? c.board.hiddenNoteBy(t.author) : c.board.noteBy(t.author),
			"aria-describedby": a,
			onKeyDown: S,
			onKeyUp: v.drop,
			onDoubleClick: () => f(!0),
			...b,
			"data-testid": "note-card",
			children: [l ? /* @__PURE__ */ h(Ul, {
				text: t.text,
				label: c.board.text,
				onPass: (t) => o.pass({ write: {
					id: e,
					text: t
				} }),
				onWrite: (t) => o.act({ write: {
					id: e,
					text: t
				} }),
				onDone: C
			}) : /* @__PURE__ */ h("p", {
				className: "note-text",
				"data-length": Bl(t.text),
				"data-testid": "note-text",
				children: t.text
			}), /* @__PURE__ */ g("p", {
				className: "note-foot",
				children: [/* @__PURE__ */ h("span", {
					className: "note-author",
					"data-testid": "note-author",
					children: t.author
				}), t.hidden && /* @__PURE__ */ h("span", {
					className: "note-hidden",
					"data-testid": "note-hidden",
					children: c.board.hidden
				})]
			})]
		}), p && v.at === null && /* @__PURE__ */ h(Wl, {
			note: t,
			isHost: r,
			side: Ql(y),
			onEdit: () => f(!0),
			onRemove: x,
			onPaint: (t) => o.act({ paint: {
				id: e,
				color: t
			} }),
			onHide: (t) => o.act({ hide: {
				id: e,
				hidden: t
			} })
		})]
	});
}), Zl = {
	ArrowLeft: {
		x: -1,
		y: 0
	},
	ArrowRight: {
		x: 1,
		y: 0
	},
	ArrowUp: {
		x: 0,
		y: -1
	},
	ArrowDown: {
		x: 0,
		y: 1
	}
};
function Ql({ x: e, y: t }) {
	return `${t > K.height / 2 ? "above" : "below"} ${e > K.width / 2 ? "left" : "right"}`;
}
function $l(e) {
	return Array.from(e).reduce((e, t) => e + (t.codePointAt(0) ?? 0), 0) % 7 / 3 - 1;
}
// src/parts/newId.ts
function eu(e = Date.now()) {
	let t = crypto.getRandomValues(/* @__PURE__ */ new Uint8Array(8));
	return e.toString(36).padStart(9, "0") + Array.from(t, (e) => e.toString(36).padStart(2, "0")).join("");
}
// src/board/applied.ts
function tu(e, t, n) {
	if ("put" in t) {
		let { id: r, ...i } = t.put;
		if (e.notes[r] !== void 0) return e;
		let a = {
			...i,
			author: n.name,
			hidden: !1
		};
		return {
			notes: {
				...e.notes,
				[r]: a
			},
			order: [...e.order, r]
		};
	}
	if ("move" in t) {
		let { id: n, x: r, y: i } = t.move, a = nu(e, n, {
			x: r,
			y: i
		});
		return a === e ? e : {
			...a,
			order: [...e.order.filter((e) => e !== n), n]
		};
	}
	return "write" in t ? nu(e, t.write.id, { text: t.write.text }) : "paint" in t ? nu(e, t.paint.id, { color: t.paint.color }) : "hide" in t ? n.isHost ? nu(e, t.hide.id, { hidden: t.hide.hidden }) : e : ru(e, t.remove.id);
}
function nu(e, t, n) {
	let r = e.notes[t];
	return r === void 0 ? e : {
		...e,
		notes: {
			...e.notes,
			[t]: {
				...r,
				...n
			}
		}
	};
}
function ru(e, t) {
	if (e.notes[t] === void 0) return e;
	let { [t]: n, ...r } = e.notes;
	return {
		notes: r,
		order: e.order.filter((e) => e !== t)
	};
}
// src/board/useBoard.ts
var iu = {
	name: "board/notes",
	version: "v1"
};
function au(e, t) {
	let n = Rs({
		...iu,
		room: e,
		optimistic: (e, n) => tu(e, n, t)
	}), { record: r } = U(), { isOnline: a } = Fs(), [o, s] = d(null), c = u({
		act: n.act,
		isOnline: a
	});
	c.current = {
		act: n.act,
		isOnline: a
	};
	let f = i(async (t, n) => {
		let i = performance.now(), a = await c.current.act(t), o = Math.round(performance.now() - i), l = a.status === "error" ? a : null;
		if (n && l === null) return;
		s(l === null ? null : {
			status: "error",
			error: l,
			tookMs: o
		});
		let u = a.status === "success" ? { stateVersion: a.stateVersion } : null;
		r({
			kind: "answer",
			room: e ?? "",
			route: `${iu.name}/${iu.version}`,
			tookMs: o,
			result: u,
			error: l
		});
	}, [r, e]);
	return {
		board: n,
		deeds: l(() => ({
			act: (e) => void f(e, !1),
			pass(e) {
				return c.current.isOnline && f(e, !0), c.current.isOnline;
			}
		}), [f]),
		outcome: o
	};
}
// src/board/usePointing.ts
var ou = 80;
function su(e) {
	let t = u(!1), n = i((n) => {
		e === null || n === null && !t.current || (t.current = n !== null, z({
			name: "board/cursor",
			version: "v1",
			data: { at: n },
			receiver: e,
			ignoreSelf: !0,
			whenOffline: "fail"
		}));
	}, [e]), r = zl(ou, n), a = i(() => {
		r.drop(), n(null);
	}, [r, n]);
	return o(() => a, [a]), {
		onPointerMove(e) {
			(e.pointerType !== "touch" || cu(e)) && r.say(jl(e, e.currentTarget.getBoundingClientRect()));
		},
		onPointerLeave: a
	};
}
function cu({ target: e, pointerId: t }) {
	return e instanceof Element && e.hasPointerCapture(t);
}
// src/board/Board.tsx
var lu = {
	notes: {},
	order: []
};
function uu({ room: e }) {
	let t = V(), { session: n } = B(), r = {
		name: n?.name ?? "",
		isHost: n?.host ?? !1
	}, { board: a, deeds: o, outcome: c } = au(e, r), f = Ls(e), p = su(e), [m, _] = d(null), [v, y] = d(null), b = u(null), x = s(), S = a.value ?? lu, ee = l(() => du(S), [S]), C = (e) => f.people.find(({ user: t }) => t.userId === e)?.data?.color ?? gl(e), te = m ?? C(n?.userId ?? ""), ne = a.value !== void 0;
	function re(e) {
		let t = eu();
		y(t), o.act({ put: {
			id: t,
			text: "",
			...Al(e),
			color: te
		} });
	}
	function ie(e) {
		let t = e.target === e.currentTarget;
		if (!ne || !t) return;
		let { x: n, y: r } = jl(e, e.currentTarget.getBoundingClientRect());
		re({
			x: n - kl.width / 2,
			y: r - kl.height / 3
		});
	}
	let ae = i(() => b.current?.focus(), []);
	return /* @__PURE__ */ g("section", {
		className: "board-part",
		"aria-label": t.board.title,
		children: [
			/* @__PURE__ */ g("div", {
				className: "board-bar",
				children: [
					/* @__PURE__ */ g("button", {
						ref: b,
						type: "button",
						className: "button primary",
						disabled: !ne,
						onClick: () => re(Ml(Object.values(S.notes))),
						"data-testid": "note-add",
						children: [
							/* @__PURE__ */ h("span", {
								"aria-hidden": "true",
								children: "+"
							}),
							" ",
							t.board.add
						]
					}),
					/* @__PURE__ */ h(_l, {
						legend: t.board.nextColor,
						testId: "note-color",
						value: te,
						isDisabled: !ne,
						isSmall: !0,
						onChange: _
					}),
					/* @__PURE__ */ g("div", {
						className: "board-here",
						children: [e !== null && /* @__PURE__ */ h(xl, {
							status: a.status,
							problem: a.error?.message,
							pending: a.pending
						}), /* @__PURE__ */ h(yl, {
							presence: f,
							colorOf: C
						})]
					})
				]
			}),
			/* @__PURE__ */ g("div", {
				className: "board-frame",
				children: [
					/* @__PURE__ */ h("ul", {
						className: "board",
						"aria-label": t.board.notes,
						"data-board": "",
						"data-status": a.status,
						"data-testid": "board",
						onDoubleClick: ie,
						...p,
						children: ee.map(({ id: e, note: t, level: n }) => /* @__PURE__ */ h(Xl, {
							id: e,
							note: t,
							level: n,
							isHost: r.isHost,
							isNew: e === v,
							keysId: x,
							deeds: o,
							onRemoved: ae
						}, e))
					}),
					ee.length === 0 && /* @__PURE__ */ h("p", {
						className: "board-empty",
						"data-testid": "board-empty",
						children: oe()
					}),
					e !== null && /* @__PURE__ */ h(Ol, {
						room: e,
						colorOf: C
					})
				]
			}),
			/* @__PURE__ */ h("div", {
				className: "board-refusal",
				children: /* @__PURE__ */ h(G, { outcome: c })
			}),
			a.error !== null && /* @__PURE__ */ g("p", {
				role: "alert",
				className: "notice danger",
				"data-testid": "board-error",
				"data-code": a.error.errorCode,
				children: [
					a.error.message,
					" ",
					/* @__PURE__ */ h("code", { children: a.error.errorCode })
				]
			}),
			/* @__PURE__ */ h("p", {
				id: x,
				className: "hint board-keys",
				children: t.board.keys
			}),
			/* @__PURE__ */ h(Ll, {})
		]
	});
	function oe() {
		return n === null ? t.room.mustSignIn : e === null ? t.room.mustJoin : ne ? t.board.empty : t.board.status.loading;
	}
}
function du({ notes: e, order: t }) {
	let n = new Map(t.map((e, t) => [e, t]));
	return Object.keys(e).sort().flatMap((t) => {
		let r = e[t];
		return r === void 0 ? [] : [{
			id: t,
			note: r,
			level: n.get(t) ?? 0
		}];
	});
}
// src/live/usePageRoom.ts
function q(e, t, n = "lounge") {
	let r = H().searchParams.room ?? n, { session: i } = B(), { rooms: a, enter: s, leave: c } = rl(), l = t + r, u = a.get(l), d = i?.userId, { isOnline: f } = Fs();
	return o(() => {
		d !== void 0 && s(l);
	}, [
		d,
		l,
		s
	]), {
		id: r,
		room: l,
		isJoined: u?.status === "joined",
		isBusy: u?.status === "joining",
		mayCall: u?.status === "joined" || u?.status === "joining" && !f,
		isSignedIn: i !== null,
		error: u?.status === "error" ? u.error : null,
		pick(t) {
			t === r ? s(l) : (c(l), Pc(jc(e, { room: t })));
		},
		leave: () => c(l)
	};
}
// src/parts/copyText.ts
async function fu(e) {
	try {
		return await navigator.clipboard.writeText(e), !0;
	} catch {
		return pu(e);
	}
}
function pu(e) {
	let t = document.activeElement, n = document.createElement("textarea");
	n.value = e, n.readOnly = !0, n.style.cssText = "position: fixed; inset: 0 auto auto 0; opacity: 0", document.body.append(n), n.select();
	try {
		return document.execCommand("copy");
	} catch {
		return !1;
	} finally {
		n.remove(), t instanceof HTMLElement && t.focus({ preventScroll: !0 });
	}
}
// src/parts/highlight.ts
var mu = {
	rust: new Set("async await bool const crate else enum false fn if impl let match mod mut pub ref return self Self static struct super true use".split(" ")),
	ts: new Set("as async await const else export false from function if import interface let never new null return true type typeof undefined".split(" ")),
	text: /* @__PURE__ */ new Set()
}, hu = /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<attribute>#\[[^\n]*\])|(?<number>\b\d[\d_]*\b)|(?<word>[A-Za-z_]\w*(?<bang>!)?)(?=(?<bracket>\()?)|(?<rest>[\s\S])/g;
function gu(e, t) {
	if (t === "text") return [{
		tone: "plain",
		text: e
	}];
	let n = [];
	for (let r of e.matchAll(hu)) {
		let e = _u(r, mu[t]), i = n.at(-1);
		i?.tone === e ? n[n.length - 1] = {
			tone: e,
			text: i.text + r[0]
		} : n.push({
			tone: e,
			text: r[0]
		});
	}
	return n;
}
function _u(e, t) {
	let n = e.groups ?? {};
	return n.comment === void 0 ? n.string === void 0 ? n.attribute === void 0 ? n.number === void 0 ? n.word === void 0 ? "plain" : t.has(n.word) ? "keyword" : /^[A-Z]/.test(n.word) ? "type" : n.bang !== void 0 || n.bracket !== void 0 ? "call" : "plain" : "number" : "attribute" : "string" : "comment";
}
// src/parts/CodeBlock.tsx
function J({ title: e, language: t, code: n }) {
	let r = V(), i = l(() => gu(n, t), [n, t]), [a, o] = d(!1);
	async function s() {
		await fu(n) && (o(!0), setTimeout(() => o(!1), 1500));
	}
	return /* @__PURE__ */ g("figure", {
		className: "code",
		children: [/* @__PURE__ */ g("figcaption", {
			className: "code-title",
			children: [/* @__PURE__ */ h("span", { children: e }), /* @__PURE__ */ h("button", {
				type: "button",
				className: "code-copy",
				onClick: s,
				children: a ? r.code.copied : r.code.copy
			})]
		}), /* @__PURE__ */ h("pre", {
			tabIndex: 0,
			"aria-label": e,
			children: /* @__PURE__ */ h("code", { children: i.map(({ tone: e, text: t }, n) => /* @__PURE__ */ h("span", {
				className: e === "plain" ? void 0 : `code-${e}`,
				children: t
			}, n)) })
		})]
	});
}
// src/parts/PrefixedName.tsx
function vu({ label: e, prefix: t, value: n, maxLength: r, testId: i, children: a, onChange: o }) {
	let c = s();
	return /* @__PURE__ */ g("div", {
		className: "field",
		children: [/* @__PURE__ */ h("label", {
			htmlFor: c,
			children: e
		}), /* @__PURE__ */ g("div", {
			className: "field-row",
			children: [/* @__PURE__ */ g("span", {
				className: "affixed",
				children: [/* @__PURE__ */ h("span", {
					className: "affix",
					"aria-hidden": "true",
					children: t
				}), /* @__PURE__ */ h("input", {
					id: c,
					value: n,
					onChange: (e) => o(e.target.value),
					required: !0,
					maxLength: r,
					spellCheck: !1,
					autoCapitalize: "none",
					autoComplete: "off",
					"data-testid": i
				})]
			}), a]
		})]
	});
}
// src/parts/RoomPicker.tsx
function Y({ prefix: e, pageRoom: t }) {
	let n = V(), [r, i] = d(t.id);
	o(() => i(t.id), [t.id]);
	function a(e) {
		e.preventDefault(), t.pick(r.trim());
	}
	let s = r.trim() === t.id && t.isJoined;
	return /* @__PURE__ */ g("form", {
		className: "card room-picker",
		onSubmit: a,
		children: [/* @__PURE__ */ h(vu, {
			label: n.room.label,
			prefix: e,
			value: r,
			maxLength: 80,
			testId: "room-id",
			onChange: i,
			children: /* @__PURE__ */ h("button", {
				type: "submit",
				className: "button",
				disabled: s || t.isBusy || !t.isSignedIn,
				"data-testid": "room-join",
				children: t.isBusy ? n.room.joining : n.room.join
			})
		}), /* @__PURE__ */ h(yu, { pageRoom: t })]
	});
}
function yu({ pageRoom: e }) {
	let t = V(), { room: n, error: r } = e;
	return r === null ? /* @__PURE__ */ g("p", {
		className: "room-status",
		role: "status",
		"data-testid": "room-status",
		"data-joined": e.isJoined,
		children: [
			/* @__PURE__ */ h("span", {
				className: e.isJoined ? "dot on" : "dot",
				"aria-hidden": "true"
			}),
			/* @__PURE__ */ g("span", {
				className: "room-status-text",
				children: [
					e.isJoined ? t.room.joined(n) : t.room.notJoined(n),
					" ",
					/* @__PURE__ */ h("span", {
						className: "muted",
						children: e.isJoined ? t.room.stays : !e.isSignedIn && t.room.mustSignIn
					})
				]
			}),
			e.isJoined && /* @__PURE__ */ h("button", {
				type: "button",
				className: "button quiet small",
				onClick: e.leave,
				"data-testid": "room-leave",
				children: t.room.leave
			})
		]
	}) : /* @__PURE__ */ g("p", {
		role: "alert",
		className: "notice danger",
		"data-testid": "room-error",
		"data-code": r.errorCode,
		children: [
			r.message,
			" ",
			/* @__PURE__ */ h("code", { children: r.errorCode })
		]
	});
}
// src/parts/Rich.tsx
function X({ text: e }) {
	return e.split("`").map((e, t) => t % 2 == 1 ? /* @__PURE__ */ h("code", { children: e }, t) : /* @__PURE__ */ h("span", { children: e }, t));
}
// src/parts/SignInForm.tsx
function bu() {
	let e = V(), { signIn: t } = B(), [n, r] = d(""), [i, a] = d(!1), [o, c] = d(null), l = s();
	async function u(r) {
		r.preventDefault(), a(!0), c(null);
		let i = await t(n.trim());
		a(!1), i.status === "error" && c(i.message), i.status === "unreachable" && c(e.session.unreachable);
	}
	return /* @__PURE__ */ g("form", {
		className: "sign-in",
		onSubmit: u,
		"data-testid": "sign-in-form",
		children: [/* @__PURE__ */ g("div", {
			className: "field",
			children: [
				/* @__PURE__ */ h("label", {
					htmlFor: l,
					children: e.session.nameLabel
				}),
				/* @__PURE__ */ g("div", {
					className: "field-row",
					children: [/* @__PURE__ */ h("input", {
						id: l,
						name: "name",
						autoComplete: "nickname",
						placeholder: e.session.namePlaceholder,
						value: n,
						onChange: (e) => r(e.target.value),
						"aria-describedby": `${l}-hint`,
						required: !0,
						maxLength: 40,
						"data-testid": "sign-in-name"
					}), /* @__PURE__ */ h("button", {
						type: "submit",
						className: "button primary",
						disabled: i,
						"data-testid": "sign-in-submit",
						children: i ? e.session.signingIn : e.session.signIn
					})]
				}),
				/* @__PURE__ */ h("p", {
					id: `${l}-hint`,
					className: "hint",
					children: e.session.anyName
				})
			]
		}), o !== null && /* @__PURE__ */ h("p", {
			role: "alert",
			className: "notice danger",
			"data-testid": "sign-in-problem",
			children: o
		})]
	});
}
// src/parts/SignInGate.tsx
function xu() {
	let e = V(), { status: t } = B();
	return t === "signedOut" ? /* @__PURE__ */ g("section", {
		className: "card gate",
		"aria-labelledby": "gate-title",
		"data-testid": "sign-in-gate",
		children: [
			/* @__PURE__ */ h("h2", {
				id: "gate-title",
				children: e.session.gateTitle
			}),
			/* @__PURE__ */ h("p", {
				className: "muted",
				children: e.session.gateText
			}),
			/* @__PURE__ */ h(bu, {})
		]
	}) : null;
}
// src/pages/PageHead.tsx
function Z({ title: e, lead: t, files: n }) {
	return /* @__PURE__ */ g(m, { children: [/* @__PURE__ */ g("div", {
		className: "page-head",
		children: [
			/* @__PURE__ */ h("h1", {
				tabIndex: -1,
				"data-page-title": "",
				children: e
			}),
			/* @__PURE__ */ h("p", {
				className: "lead",
				children: /* @__PURE__ */ h(X, { text: t })
			}),
			/* @__PURE__ */ h("p", {
				className: "files",
				children: n.map((e) => /* @__PURE__ */ h("code", { children: e }, e))
			})
		]
	}), /* @__PURE__ */ h(xu, {})] });
}
// src/pages/snippets.ts
var Su = {
	title: "src/examples/_sync/updateCounter_server_v1.rs",
	language: "rust",
	code: "#[wire]\npub struct ClientInput {\n    #[validate(range(min = 1, max = 100))]\n    pub amount: i32,\n}\n\n#[wire]\npub struct ServerOutput { pub new_value: i32 }\n\n/// Adds to the room's counter.\n#[sync::server(auth = login)]\npub async fn main(\n    ctx: Ctx<'_>,\n    input: &ClientInput,\n) -> Result<ServerOutput, SyncError> {\n    let counter = ctx.state::<State>(ctx.room());\n    counter.act(Action::Add(Addition { amount: input.amount })).await?;\n    let new_value = counter.read(|counter| counter.value).await?;\n    Ok(ServerOutput { new_value })\n}"
}, Cu = {
	title: "src/examples/_sync/updateCounter_client_v1.rs",
	language: "rust",
	code: "#[wire]\npub struct ClientOutput { pub mine: bool }\n\n#[sync::client]\npub fn main(\n    member: Member<'_>,\n    _input: &ClientInput,\n    _output: &ServerOutput,\n) -> Option<ClientOutput> {\n    if member.location().path_name != \"/examples\" {\n        return None; // this member hears nothing\n    }\n    Some(ClientOutput { mine: member.is_sender() })\n}"
}, wu = {
	title: "web/src/_sockets/apiTypes.generated.ts",
	language: "ts",
	code: "/** Adds to the room's counter. */\n'updateCounter': { v1: {\n  clientInput: { amount: number };\n  serverOutput: { newValue: number };\n  clientOutput: { mine: boolean };\n} };"
}, Tu = {
	title: "web/src/YourPage.tsx",
	language: "ts",
	code: "const answer = await syncRequest({\n  name: \"examples/updateCounter\", version: \"v1\",\n  data: { amount: 5 }, receiver: \"game-room-lounge\",\n});\nif (answer.status === \"error\") toast(answer.message);   // translated\nelse use(answer.result.newValue);                       // number\n\nupsertSyncEventCallback({\n  name: \"examples/updateCounter\", version: \"v1\",\n  callback: ({ serverOutput, clientOutput }) =>\n    show(serverOutput.newValue, clientOutput.mine),\n});"
}, Eu = {
	title: "src/examples/_api/readCounter_v1.rs",
	language: "rust",
	code: "#[wire]\npub struct Input { pub room: String }\n\n#[wire]\npub struct Output { pub value: i32 }\n\n/// Tells where a room's counter stands, and nobody else hears of it.\n#[sync::request(method = GET)]\npub async fn main(ctx: Ctx<'_>, input: &Input) -> Result<Output, SyncError> {\n    let counter = ctx.state::<State>(&input.room);\n    Ok(Output { value: counter.read(|counter| counter.value).await? })\n}"
}, Du = {
	title: "web/src/YourPage.tsx",
	language: "ts",
	code: "const { call, result, error, isPending } = useApiRequest({\n  name: \"examples/readCounter\", version: \"v1\",\n});\n\nuseEffect(() => void call({ data: { room } }), [call, room]);\n\nif (error !== null) return <p>{error.message}</p>;        // translated\nreturn <b aria-busy={isPending}>{result?.value}</b>;      // number"
}, Ou = {
	title: "src/examples/_state/counter_v1.rs",
	language: "rust",
	code: "#[wire(patch)]\n#[derive(Default)]\npub struct State {\n    pub value: i32,\n    pub changed_by: Option<Person>,\n}\n\n#[wire]\npub enum Action { Add(Addition), Reset }\n\n/// The counter of a room: there when the page opens, and after a restart.\n#[sync::state(room = \"game-room-{id}\", store = sqlite)]\nimpl sync::SharedState for State {\n    type Action = Action;\n\n    fn apply(&mut self, ctx: Ctx<'_>, action: &Action) -> Result<(), SyncError> {\n        match action {\n            Action::Add(Addition { amount }) => self.value += amount,\n            Action::Reset => self.value = 0,\n        }\n        self.changed_by = Some(ctx.sender());\n        Ok(())\n    }\n}"
}, ku = {
	title: "src/board/_state/notes_v1.rs",
	language: "rust",
	code: "#[wire(patch)]\n#[derive(Default)]\npub struct State {\n    #[validate(length(max = 200))]\n    pub notes: BTreeMap<String, Note>,\n    pub order: Vec<String>,\n}\n\n#[sync::state(room = \"board-{id}\", store = sqlite, save = \"1s\")]\nimpl sync::SharedState for State {\n    type Action = Action;\n\n    fn apply(&mut self, ctx: Ctx<'_>, action: &Action) -> Result<(), SyncError> {\n        match action {\n            Action::Move { id, x, y } => {\n                let note = self.seen(id, ctx.session().host)?;\n                (note.x, note.y) = (*x, *y);\n                self.order.retain(|other| other != id);\n                self.order.push(id.clone());\n            }\n            Action::Hide { .. } if !ctx.session().host => {\n                return Err(sync::error!(\"note-host-only\").status(403));\n            }\n            // …\n        }\n        Ok(())\n    }\n\n    type View = Self;\n\n    /// Hosts see everything; what is hidden is on its way to nobody else.\n    #[view(by = |member| member.session().host)]\n    fn view(&self, is_host: &bool) -> Self {\n        let is_shown = |note: &Note| *is_host || !note.hidden;\n        // … the notes that are shown, and their order\n    }\n}"
}, Au = {
	title: "web/src/YourPage.tsx",
	language: "ts",
	code: "const { value, status, pending, act } = useSyncState({\n  name: \"board/notes\", version: \"v1\", room: `board-${id}`,\n  optimistic: applied,        // shown at once, taken back if refused\n});\n\nconst answer = await act({ move: { id: noteId, x: 120, y: 80 } });\nif (answer.status === \"error\") toast(answer.message);   // translated\n\n// Renders when this note changes, and for nothing else.\nconst note = useSyncState(\n  { name: \"board/notes\", version: \"v1\", room: `board-${id}` },\n  (board) => board.notes[noteId],\n);"
}, ju = {
	title: "src/todos/_mutation/create_v1.rs",
	language: "rust",
	code: "#[wire]\npub struct Args {\n    pub id: String,\n    #[validate(length(min = 1, max = 200))]\n    pub title: String,\n    pub place: String,\n}\n\n/// Adds something to do.\n#[sync::mutation]\npub fn main(tx: &mut Tx<'_>, ctx: Ctx<'_>, args: &Args) -> Result<(), SyncError> {\n    if tx.count::<Todo>()? >= MOST {\n        return Err(sync::error!(\"todos-full\", max = MOST).status(409));\n    }\n    tx.create(&Todo {\n        id: args.id.clone(),\n        title: args.title.clone(),\n        // …\n    })\n}"
}, Mu = {
	title: "web/src/YourPage.tsx",
	language: "ts",
	code: "// What it is guessed to do: shown at once, offline too.\n\"todos/vote\": { v1: (tx, { id }) =>\n  tx.update(\"todo\", id, (todo) => ({ ...todo, votes: todo.votes + 1 })) },\n\nconst todos = useEntities(\"todo\", { scope, orderBy: \"place\" });\nconst { status, pending, rejected } = useSyncStatus(scope);\n\nstore.mutate(\"todos/vote\", \"v1\", scope, { id });   // applied once, whenever"
}, Nu = {
	title: "src/lobby/_sync/typing_client_v1.rs",
	language: "rust",
	code: "#[wire]\npub struct ClientInput { pub active: bool }\n\n#[sync::client(auth = login, volatile)]\npub fn main(member: Member<'_>, _input: &ClientInput) -> bool {\n    !member.session().muted\n}"
}, Pu = "board-", Fu = [
	"src/board/_room.rs",
	"src/board/_state/notes_v1.rs",
	"src/board/_sync/cursor_client_v1.rs"
];
function Iu() {
	let e = V(), t = q("/board", Pu), n = t.isJoined || t.isBusy;
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.board.title,
			lead: e.board.lead,
			files: Fu
		}),
		/* @__PURE__ */ h(Y, {
			prefix: Pu,
			pageRoom: t
		}),
		/* @__PURE__ */ h(uu, { room: n ? `${Pu}${t.id}` : null }, t.room),
		/* @__PURE__ */ h(J, { ...ku }),
		/* @__PURE__ */ h(J, { ...Au })
	] });
}
// src/live/useCall.ts
function Q() {
	let { record: e } = U(), [t, n] = d(!1), [r, a] = d(null);
	return {
		run: i(async (t, r, i) => {
			n(!0);
			let o = performance.now(), s = await i(), c = Math.round(performance.now() - o), l = s.status === "success" ? {
				status: "success",
				result: s.result,
				tookMs: c
			} : {
				status: "error",
				error: s,
				tookMs: c
			};
			return e({
				kind: "answer",
				room: r,
				route: t,
				tookMs: c,
				result: s.status === "success" ? s.result : null,
				error: s.status === "error" ? s : null
			}), a(l), n(!1), l;
		}, [e]),
		isBusy: t,
		outcome: r
	};
}
// src/live/useTyping.ts
var Lu = 1500, Ru = 3500;
function zu(e, t) {
	let n = u(-Infinity);
	return i(() => {
		let r = performance.now();
		r - n.current < Lu || (n.current = r, t?.(), z({
			name: "lobby/typing",
			version: "v1",
			data: { active: !0 },
			receiver: e,
			ignoreSelf: !0,
			whenOffline: "fail"
		}));
	}, [e, t]);
}
function Bu(e, t = 0) {
	let { feed: n } = U(), r = zc(n, e, "lobby/typing/v1").at(-1), i = r?.at.getTime() ?? 0, [a, s] = d(0);
	return o(() => {
		let e = Math.min(i + Ru - Date.now(), Ru);
		if (e <= 0) return;
		let t = setTimeout(() => s(i), e);
		return () => clearTimeout(t);
	}, [i]), r === void 0 || r.id < t ? !1 : i !== a && Date.now() - i < Ru;
}
// src/parts/WhoIsHere.tsx
var Vu = 60;
function Hu({ room: e }) {
	let t = V(), n = s(), r = Ls(e);
	return e === null ? null : /* @__PURE__ */ g("section", {
		className: "card here",
		"aria-labelledby": n,
		"data-testid": "who-is-here",
		"data-current": r.isCurrent,
		children: [
			/* @__PURE__ */ g("div", {
				className: "eyebrow",
				children: [/* @__PURE__ */ h("h2", {
					id: n,
					children: t.here.title
				}), /* @__PURE__ */ h("span", {
					"data-testid": "people-count",
					children: t.here.count(r.people.length + r.more)
				})]
			}),
			/* @__PURE__ */ g("ul", {
				className: "people",
				"aria-label": t.here.title,
				children: [r.people.map((e) => /* @__PURE__ */ h(Uu, {
					person: e,
					isMe: e.id === r.me
				}, e.id)), r.more > 0 && /* @__PURE__ */ h("li", {
					className: "person muted",
					children: t.here.more(r.more)
				})]
			}),
			/* @__PURE__ */ h(Wu, { presence: r }, e),
			/* @__PURE__ */ h("p", {
				className: "hint",
				children: /* @__PURE__ */ h(X, { text: t.here.hint })
			})
		]
	});
}
function Uu({ person: e, isMe: t }) {
	let n = V(), { user: r, away: i, data: a } = e;
	return /* @__PURE__ */ g("li", {
		className: "person",
		"data-testid": "person",
		"data-name": r.name,
		"data-away": i,
		"data-me": t,
		"data-color": a?.color,
		children: [
			/* @__PURE__ */ h(Gc, {
				name: r.name,
				color: a?.color
			}),
			/* @__PURE__ */ g("span", {
				className: "person-text",
				children: [/* @__PURE__ */ g("span", {
					className: "person-name",
					children: [
						r.name,
						" ",
						t && /* @__PURE__ */ h("span", {
							className: "muted",
							children: n.here.me
						})
					]
				}), a !== null && a.text !== "" && /* @__PURE__ */ h("span", {
					className: "person-mood",
					"data-testid": "person-mood",
					children: a.text
				})]
			}),
			i && /* @__PURE__ */ h("span", {
				className: "tag",
				children: n.here.away
			})
		]
	});
}
function Wu({ presence: { people: e, me: t, status: n, set: r } }) {
	let i = V(), a = s(), o = e.find((e) => e.id === t)?.data ?? null, [c, l] = d({}), [u, f] = d(null), p = c.text ?? o?.text ?? "", m = c.color ?? o?.color ?? "green", _ = n.status === "joined";
	async function v(e) {
		let t = await r(e);
		f(t.status === "error" ? t : null), t.status === "success" && l({});
	}
	function y(e) {
		e.preventDefault(), v({
			text: p.trim(),
			color: m
		});
	}
	return /* @__PURE__ */ g("form", {
		className: "mood-form",
		onSubmit: y,
		children: [
			/* @__PURE__ */ g("div", {
				className: "field",
				children: [/* @__PURE__ */ h("label", {
					htmlFor: a,
					children: i.here.mood
				}), /* @__PURE__ */ g("div", {
					className: "field-row",
					children: [
						/* @__PURE__ */ h("input", {
							id: a,
							value: p,
							maxLength: Vu,
							placeholder: i.here.moodPlaceholder,
							autoComplete: "off",
							disabled: !_,
							onChange: (e) => l({
								...c,
								text: e.target.value
							}),
							"data-testid": "mood-text"
						}),
						/* @__PURE__ */ h("button", {
							type: "submit",
							className: "button",
							disabled: !_,
							"data-testid": "mood-set",
							children: i.here.show
						}),
						o !== null && /* @__PURE__ */ h("button", {
							type: "button",
							className: "button quiet",
							disabled: !_,
							onClick: () => void v(null),
							"data-testid": "mood-clear",
							children: i.here.takeBack
						})
					]
				})]
			}),
			/* @__PURE__ */ h(_l, {
				legend: i.here.color,
				testId: "mood",
				value: m,
				isDisabled: !_,
				onChange: (e) => l({
					...c,
					color: e
				})
			}),
			u !== null && /* @__PURE__ */ g("p", {
				role: "alert",
				className: "notice danger",
				"data-testid": "mood-error",
				"data-code": u.errorCode,
				children: [
					u.message,
					" ",
					/* @__PURE__ */ h("code", { children: u.errorCode })
				]
			})
		]
	});
}
// src/pages/ChatPage.tsx
var Gu = "chat-", Ku = [
	"src/chat/_room.rs",
	"src/chat/_sync/sendMessage_server_v1.rs",
	"src/chat/_sync/sendMessage_client_v1.rs",
	"src/lobby/_sync/typing_client_v1.rs"
];
function qu() {
	let e = V(), t = q("/chat", Gu), n = `lobby-${t.id}`, r = t.isJoined || t.isBusy;
	return Ju(n, r), /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.chat.title,
			lead: e.chat.lead,
			files: Ku
		}),
		/* @__PURE__ */ h(Y, {
			prefix: Gu,
			pageRoom: t
		}),
		/* @__PURE__ */ h(Hu, { room: r ? `${Gu}${t.id}` : null }),
		/* @__PURE__ */ g("section", {
			className: "card chat",
			"aria-label": e.chat.title,
			children: [/* @__PURE__ */ h(Yu, {
				room: t.room,
				lobby: n
			}), /* @__PURE__ */ h(Zu, {
				room: t.room,
				lobby: n,
				mayCall: t.mayCall
			})]
		}),
		/* @__PURE__ */ h("p", {
			className: "hint",
			children: /* @__PURE__ */ h(X, { text: e.chat.hint })
		})
	] });
}
function Ju(e, t) {
	let { enter: n, leave: r, isHeld: i } = rl();
	o(() => {
		if (t && !i(e)) return n(e), () => r(e);
	}, [
		e,
		t,
		n,
		r,
		i
	]);
}
function Yu({ room: e, lobby: t }) {
	let n = V(), { feed: r } = U(), i = zc(r, e, "chat/sendMessage/v1"), a = i.findLast((e) => !e.event.clientOutput.mine)?.id, s = Bu(t, a), c = u(null), l = i.length;
	return o(() => {
		c.current !== null && (c.current.scrollTop = c.current.scrollHeight);
	}, [l]), /* @__PURE__ */ g("div", {
		className: "messages-box",
		children: [/* @__PURE__ */ h("div", {
			ref: c,
			className: "messages",
			role: "log",
			"aria-label": n.chat.messages,
			"data-testid": "messages",
			children: /* @__PURE__ */ g("ol", { children: [i.map((e) => /* @__PURE__ */ h(Xu, { message: e }, e.id)), l === 0 && /* @__PURE__ */ h("li", {
				className: "messages-empty muted",
				children: n.chat.empty
			})] })
		}), /* @__PURE__ */ h("p", {
			className: "typing",
			role: "status",
			"data-testid": "typing",
			"data-typing": s,
			children: s && /* @__PURE__ */ g(m, { children: [/* @__PURE__ */ g("span", {
				className: "typing-dots",
				"aria-hidden": "true",
				children: [
					/* @__PURE__ */ h("i", {}),
					/* @__PURE__ */ h("i", {}),
					/* @__PURE__ */ h("i", {})
				]
			}), n.chat.typing] })
		})]
	});
}
function Xu({ message: e }) {
	let t = V(), { serverOutput: n, clientOutput: r } = e.event;
	return /* @__PURE__ */ g("li", {
		className: r.mine ? "bubble mine" : "bubble",
		"data-testid": "message",
		"data-mine": r.mine,
		children: [
			/* @__PURE__ */ h("span", {
				className: "bubble-author",
				children: r.mine ? t.chat.you : n.author.name
			}),
			/* @__PURE__ */ h("p", {
				className: "bubble-text",
				children: n.text
			}),
			/* @__PURE__ */ g("span", {
				className: "bubble-meta",
				children: [
					t.chat.place,
					" ",
					/* @__PURE__ */ h("code", {
						"data-testid": "message-place",
						children: r.place
					}),
					" · ",
					t.chat.locale,
					" ",
					/* @__PURE__ */ h("code", {
						"data-testid": "message-locale",
						children: r.locale
					})
				]
			})
		]
	});
}
function Zu({ room: e, lobby: t, mayCall: n }) {
	let r = V(), { run: i, isBusy: a, outcome: o } = Q(), { isOnline: c } = Fs(), [l, u] = d(""), f = zu(t), p = s();
	async function m(t) {
		t.preventDefault();
		let n = l.trim();
		n === "" || a && c || (c || u(""), (await i("chat/sendMessage/v1", e, () => z({
			name: "chat/sendMessage",
			version: "v1",
			data: { text: n },
			receiver: e
		}))).status === "success" && u((e) => e.trim() === n ? "" : e));
	}
	return /* @__PURE__ */ g("form", {
		className: "message-form",
		onSubmit: m,
		children: [
			/* @__PURE__ */ h("label", {
				className: "visually-hidden",
				htmlFor: p,
				children: r.chat.message
			}),
			/* @__PURE__ */ h("input", {
				id: p,
				value: l,
				maxLength: 500,
				placeholder: r.chat.placeholder,
				autoComplete: "off",
				disabled: !n,
				"aria-describedby": n ? void 0 : `${p}-why`,
				onChange: (e) => {
					u(e.target.value), e.target.value !== "" && f();
				},
				"data-testid": "message-input"
			}),
			/* @__PURE__ */ h("button", {
				type: "submit",
				className: "button primary",
				disabled: !n || a && c,
				"data-testid": "message-send",
				children: r.chat.send
			}),
			!n && /* @__PURE__ */ h("p", {
				id: `${p}-why`,
				className: "hint",
				children: r.room.mustJoin
			}),
			/* @__PURE__ */ h(G, { outcome: o })
		]
	});
}
// src/pages/attempts.ts
function Qu(e, t) {
	return z({
		name: "examples/fail",
		version: "v1",
		data: { kind: e },
		receiver: t
	});
}
function $u(e, t) {
	return {
		word: e,
		expects: t,
		route: "examples/fail/v1",
		run: (t) => Qu(e, t)
	};
}
function ed(e, t, n) {
	return {
		word: e,
		expects: t,
		route: "examples/updateCounter/v1",
		run: (e) => z({
			name: "examples/updateCounter",
			version: "v1",
			data: { amount: n },
			receiver: e
		})
	};
}
function td(e, t, n) {
	return {
		word: e,
		expects: t,
		route: "joinRoom",
		elsewhere: n,
		run: nd
	};
}
async function nd(e) {
	let t = await Os(e);
	return t.status === "success" ? {
		status: "success",
		result: t.rooms
	} : t;
}
var rd = [
	{
		word: "fromHandler",
		attempts: [
			$u("app", "example-refused"),
			$u("conflict", "example-conflict"),
			$u("panic", "sync-server-failed"),
			$u("slow", "sync-timeout")
		]
	},
	{
		word: "beforeHandler",
		attempts: [
			ed("tooSmall", "sync-invalid-input", 0),
			ed("tooLarge", "sync-invalid-input", 1e3),
			{
				word: "unknownField",
				expects: "sync-invalid-input",
				route: "examples/updateCounter/v1",
				run(e) {
					return z({
						name: "examples/updateCounter",
						version: "v1",
						data: {
							amount: 1,
							colour: "green"
						},
						receiver: e
					});
				}
			},
			{
				word: "notInRoom",
				expects: "sync-not-in-room",
				route: "examples/updateCounter/v1",
				elsewhere: "game-room-where-nobody-went",
				run: (e) => z({
					name: "examples/updateCounter",
					version: "v1",
					data: { amount: 1 },
					receiver: e
				})
			},
			td("roomForbidden", "room-forbidden", "nobody-opened-this"),
			td("roomInvalid", "room-invalid", `game-room-${"x".repeat(41)}`),
			{
				word: "unknownRoute",
				expects: "sync-not-found",
				route: "examples/nothingHere/v1",
				run(e) {
					return z({
						name: "examples/nothingHere",
						version: "v1",
						data: { amount: 1 },
						receiver: e
					});
				}
			},
			{
				word: "noLogin",
				expects: "auth-required",
				route: "POST /sync/examples/updateCounter/v1",
				async run(e, t) {
					try {
						return id(await (await fetch("/sync/examples/updateCounter/v1", {
							method: "POST",
							credentials: "omit",
							headers: {
								"content-type": "application/json",
								"accept-language": t
							},
							body: JSON.stringify({
								data: { amount: 1 },
								receiver: e
							}),
							signal: AbortSignal.timeout(1e4)
						})).json());
					} catch (e) {
						return {
							status: "error",
							errorCode: "sync-disconnected",
							errorParams: {},
							message: String(e)
						};
					}
				}
			}
		]
	},
	{
		word: "inFilter",
		hint: "filterHint",
		attempts: [$u("filterError", "example-filtered"), $u("filterPanic", "sync-client-failed")]
	},
	{
		word: "inClient",
		attempts: [{
			word: "abort",
			expects: "sync-cancelled",
			route: "examples/fail/v1",
			run(e) {
				let t = new AbortController(), n = z({
					name: "examples/fail",
					version: "v1",
					data: { kind: "slow" },
					receiver: e,
					signal: t.signal
				});
				return t.abort(), n;
			}
		}, {
			word: "clientTimeout",
			expects: "sync-timeout",
			route: "examples/fail/v1",
			run: (e) => z({
				name: "examples/fail",
				version: "v1",
				data: { kind: "slow" },
				receiver: e,
				timeoutMs: 50
			})
		}]
	}
];
function id(e) {
	if (typeof e == "object" && e && "status" in e) {
		if (e.status === "success") return {
			status: "success",
			result: "result" in e ? e.result : null
		};
		let { errorCode: t, errorParams: n, message: r, httpStatus: i } = e;
		if (typeof t == "string" && typeof r == "string") return {
			status: "error",
			errorCode: t,
			errorParams: n,
			message: r,
			httpStatus: typeof i == "number" ? i : void 0
		};
	}
	return {
		status: "error",
		errorCode: "sync-disconnected",
		errorParams: {},
		message: "unreadable answer"
	};
}
// src/pages/ErrorsPage.tsx
var ad = "game-room-", od = [
	"src/examples/_sync/fail_server_v1.rs",
	"src/examples/_sync/fail_client_v1.rs",
	"locales/<lang>/app.ftl"
];
function sd() {
	let e = V(), { language: t } = Dc(), n = q("/errors", ad), { run: r, isBusy: i, outcome: a } = Q(), [o, s] = d(null);
	function c(e) {
		s(e);
		let i = e.elsewhere ?? n.room;
		r(e.route, i, () => e.run(i, t));
	}
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.errors.title,
			lead: e.errors.lead,
			files: od
		}),
		/* @__PURE__ */ h(Y, {
			prefix: ad,
			pageRoom: n
		}),
		/* @__PURE__ */ h(ld, {
			tried: o,
			outcome: i ? null : a,
			isBusy: i
		}),
		rd.map((e) => /* @__PURE__ */ h(cd, {
			group: e,
			tried: o,
			isBusy: i,
			onAttempt: c
		}, e.word)),
		/* @__PURE__ */ h(dd, {})
	] });
}
function cd({ group: e, tried: t, isBusy: n, onAttempt: r }) {
	let i = V();
	return /* @__PURE__ */ g("section", {
		"aria-labelledby": `group-${e.word}`,
		children: [
			/* @__PURE__ */ h("h2", {
				id: `group-${e.word}`,
				className: "section-title small",
				children: i.errors[e.word]
			}),
			e.hint !== void 0 && /* @__PURE__ */ h("p", {
				className: "hint",
				children: i.errors[e.hint]
			}),
			/* @__PURE__ */ h("ul", {
				className: "attempts",
				children: e.attempts.map((e) => /* @__PURE__ */ h("li", { children: /* @__PURE__ */ g("button", {
					type: "button",
					className: "attempt",
					disabled: n,
					"aria-pressed": e === t,
					onClick: () => r(e),
					"data-testid": `attempt-${e.word}`,
					children: [/* @__PURE__ */ h("span", { children: i.errors[e.word] }), /* @__PURE__ */ h("code", { children: e.expects })]
				}) }, e.word))
			})
		]
	});
}
function ld({ tried: e, outcome: t, isBusy: n }) {
	let r = V();
	return /* @__PURE__ */ g("section", {
		className: "card result",
		"aria-live": "polite",
		"aria-busy": n,
		"data-testid": "result",
		"data-attempt": e?.word,
		children: [
			/* @__PURE__ */ g("h2", {
				className: "eyebrow",
				children: [r.errors.result, e !== null && /* @__PURE__ */ h("code", { children: e.route })]
			}),
			n && /* @__PURE__ */ h("p", {
				className: "muted",
				children: r.answer.waiting
			}),
			!n && t === null && /* @__PURE__ */ h("p", {
				className: "muted",
				children: r.errors.noResult
			}),
			t?.status === "success" && /* @__PURE__ */ h("p", {
				className: "result-sentence good",
				"data-testid": "result-success",
				children: r.errors.notRefused
			}),
			t?.status === "error" && /* @__PURE__ */ h(ud, { outcome: t })
		]
	});
}
function ud({ outcome: e }) {
	let t = V(), { error: n, tookMs: r } = e;
	return /* @__PURE__ */ g(m, { children: [/* @__PURE__ */ h("p", {
		className: "result-sentence",
		"data-testid": "result-message",
		children: n.message
	}), /* @__PURE__ */ g("dl", {
		className: "facts",
		children: [
			/* @__PURE__ */ g("div", { children: [/* @__PURE__ */ h("dt", { children: t.errors.code }), /* @__PURE__ */ h("dd", { children: /* @__PURE__ */ h("code", {
				"data-testid": "result-code",
				children: n.errorCode
			}) })] }),
			/* @__PURE__ */ g("div", { children: [/* @__PURE__ */ h("dt", { children: t.errors.params }), /* @__PURE__ */ h("dd", { children: /* @__PURE__ */ h("code", {
				"data-testid": "result-params",
				children: JSON.stringify(n.errorParams)
			}) })] }),
			/* @__PURE__ */ g("div", { children: [/* @__PURE__ */ h("dt", { children: t.errors.status }), /* @__PURE__ */ h("dd", { children: /* @__PURE__ */ h("code", {
				"data-testid": "result-status",
				children: n.httpStatus ?? t.errors.noStatus
			}) })] }),
			/* @__PURE__ */ g("div", { children: [/* @__PURE__ */ h("dt", { children: t.errors.took }), /* @__PURE__ */ h("dd", { children: t.answer.inMs(r) })] })
		]
	})] });
}
function dd() {
	let e = V(), { feed: t } = U(), n = t.entries.filter((e) => e.kind === "error").toReversed();
	return /* @__PURE__ */ g("section", {
		className: "card",
		children: [
			/* @__PURE__ */ h("h2", { children: e.errors.frames }),
			n.length === 0 && /* @__PURE__ */ h("p", {
				className: "muted",
				children: e.errors.noFrames
			}),
			/* @__PURE__ */ h("ul", {
				className: "received",
				"data-testid": "error-frames",
				children: n.map(({ id: e, error: t, room: n }) => /* @__PURE__ */ g("li", {
					"data-code": t.errorCode,
					children: [
						/* @__PURE__ */ h("span", { children: t.message }),
						" ",
						/* @__PURE__ */ h("code", { children: t.errorCode }),
						" ",
						/* @__PURE__ */ h("code", { children: n })
					]
				}, e))
			})
		]
	});
}
// src/counter/counted.ts
var fd = 1e6;
function pd(e, t, n) {
	let r = t === "reset" ? 0 : e.value + t.add.amount;
	return r > fd ? e : {
		value: r,
		changedBy: n
	};
}
// src/counter/useCounter.ts
function md(e) {
	let { session: t } = B(), n = {
		userId: t?.userId ?? "",
		name: t?.name ?? ""
	};
	return Rs({
		name: "examples/counter",
		version: "v1",
		room: e,
		optimistic: (e, t) => pd(e, t, n)
	});
}
// src/parts/Segmented.tsx
function hd(e) {
	let { legend: t, hint: n, options: r, value: i, testId: a, onChange: o } = e, c = s();
	return /* @__PURE__ */ g("fieldset", {
		className: "segmented",
		"aria-describedby": `${c}-hint`,
		children: [
			/* @__PURE__ */ h("legend", { children: t }),
			/* @__PURE__ */ h("div", {
				className: "segments",
				children: r.map((e) => /* @__PURE__ */ g("label", {
					className: "segment",
					"data-testid": `${a}-${e.value}`,
					children: [/* @__PURE__ */ h("input", {
						type: "radio",
						name: c,
						checked: e.value === i,
						onChange: () => o(e.value)
					}), /* @__PURE__ */ g("span", { children: [
						e.label,
						" ",
						/* @__PURE__ */ h("code", { children: e.code })
					] })]
				}, e.value))
			}),
			/* @__PURE__ */ h("p", {
				id: `${c}-hint`,
				className: "hint",
				children: n
			})
		]
	});
}
// src/pages/ExamplesPage.tsx
var gd = "game-room-", _d = [
	"src/examples/_state/counter_v1.rs",
	"src/examples/_sync/updateCounter_server_v1.rs",
	"src/examples/_sync/updateCounter_client_v1.rs",
	"src/examples/_sync/updateCounter_server_v2.rs",
	"src/examples/_sync/updateCounter_client_v2.rs",
	"src/examples/_api/readCounter_v1.rs"
], vd = [
	1,
	5,
	25
], yd = {
	nobody: !1,
	tab: !0,
	session: "session"
};
function bd() {
	let e = V(), t = q("/examples", gd), n = md(t.isJoined || t.isBusy ? `${gd}${t.id}` : null);
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.examples.title,
			lead: e.examples.lead,
			files: _d
		}),
		/* @__PURE__ */ h(Y, {
			prefix: gd,
			pageRoom: t
		}),
		/* @__PURE__ */ g("section", {
			className: "card counter",
			"data-testid": "counter",
			children: [/* @__PURE__ */ h(xd, {
				room: t.room,
				counter: n.value
			}), /* @__PURE__ */ h(Sd, {
				room: t.room,
				mayCall: t.mayCall,
				onReset: () => n.act("reset")
			})]
		}),
		/* @__PURE__ */ h(Cd, { room: t.room }, t.room),
		/* @__PURE__ */ h(J, { ...Ou }),
		/* @__PURE__ */ h(J, { ...Eu }),
		/* @__PURE__ */ h(J, { ...Du }),
		/* @__PURE__ */ h(Td, { id: t.id })
	] });
}
function xd({ room: e, counter: t }) {
	let n = V(), { session: r } = B(), { feed: i } = U(), a = zc(i, e, "examples/updateCounter/v1", "examples/updateCounter/v2").at(-1)?.event, o = a?.route === "examples/updateCounter/v2" && a.serverOutput.newValue === t?.value ? a.serverOutput.note : null;
	return /* @__PURE__ */ g("div", {
		className: "counter-value",
		children: [
			/* @__PURE__ */ h("h2", {
				className: "eyebrow",
				children: n.examples.value
			}),
			/* @__PURE__ */ h("output", {
				className: "big-number",
				"data-testid": "counter-value",
				"aria-live": "polite",
				children: t === void 0 ? "–" : wd(t.value)
			}, t?.value),
			/* @__PURE__ */ h("p", {
				className: "muted",
				"data-testid": "counter-changed",
				children: t === void 0 ? n.examples.noValue : s(t)
			}),
			o !== null && /* @__PURE__ */ h("blockquote", {
				className: "counter-note",
				"data-testid": "counter-note",
				children: o
			})
		]
	});
	function s({ changedBy: e }) {
		return e === null ? n.examples.neverChanged : e.userId === r?.userId ? n.examples.changedByMe : n.examples.changedBy(e.name);
	}
}
function Sd({ room: e, mayCall: t, onReset: n }) {
	let r = V(), { run: i, isBusy: a, outcome: o } = Q(), [c, l] = d(5), [u, f] = d(""), [p, m] = d("nobody"), _ = s(), v = yd[p];
	async function y() {
		await i("examples/updateCounter/v1", e, () => z({
			name: "examples/updateCounter",
			version: "v1",
			data: { amount: c },
			receiver: e,
			ignoreSelf: v
		}));
	}
	async function b() {
		await i("examples/updateCounter/v2", e, () => z({
			name: "examples/updateCounter",
			version: "v2",
			data: {
				amount: c,
				note: u.trim() === "" ? null : u.trim()
			},
			receiver: e,
			ignoreSelf: v
		}));
	}
	async function x() {
		await i("examples/counter/v1", e, async () => {
			let e = await n();
			return e.status === "error" ? e : {
				status: "success",
				result: { stateVersion: e.stateVersion }
			};
		});
	}
	let S = !t || a;
	return /* @__PURE__ */ g("div", {
		className: "counter-controls",
		children: [
			/* @__PURE__ */ g("div", {
				className: "field",
				children: [/* @__PURE__ */ h("label", {
					htmlFor: `${_}-amount`,
					children: r.examples.amount
				}), /* @__PURE__ */ g("div", {
					className: "field-row",
					children: [/* @__PURE__ */ h("input", {
						id: `${_}-amount`,
						className: "narrow",
						type: "number",
						inputMode: "numeric",
						min: 1,
						max: 100,
						value: c,
						onChange: (e) => l(e.target.valueAsNumber || 0),
						"data-testid": "counter-amount"
					}), vd.map((e) => /* @__PURE__ */ h("button", {
						type: "button",
						className: "button small",
						"aria-pressed": e === c,
						onClick: () => l(e),
						children: e
					}, e))]
				})]
			}),
			/* @__PURE__ */ g("div", {
				className: "field",
				children: [/* @__PURE__ */ h("label", {
					htmlFor: `${_}-note`,
					children: r.examples.note
				}), /* @__PURE__ */ h("input", {
					id: `${_}-note`,
					value: u,
					maxLength: 80,
					placeholder: r.examples.notePlaceholder,
					onChange: (e) => f(e.target.value),
					"data-testid": "counter-note-input"
				})]
			}),
			/* @__PURE__ */ h(hd, {
				legend: r.examples.ignoreSelf,
				hint: /* @__PURE__ */ h(X, { text: r.examples.ignoreHint }),
				testId: "ignore",
				value: p,
				onChange: m,
				options: [
					{
						value: "nobody",
						label: r.examples.ignoreNobody,
						code: "false"
					},
					{
						value: "tab",
						label: r.examples.ignoreThisTab,
						code: "true"
					},
					{
						value: "session",
						label: r.examples.ignoreAllTabs,
						code: "\"session\""
					}
				]
			}),
			/* @__PURE__ */ g("div", {
				className: "actions",
				children: [
					/* @__PURE__ */ h("button", {
						type: "button",
						className: "button primary",
						disabled: S,
						onClick: y,
						"data-testid": "add-v1",
						children: r.examples.addV1(c)
					}),
					/* @__PURE__ */ h("button", {
						type: "button",
						className: "button primary alt",
						disabled: S,
						onClick: b,
						"data-testid": "add-v2",
						children: r.examples.addV2(c)
					}),
					/* @__PURE__ */ h("button", {
						type: "button",
						className: "button quiet",
						disabled: S,
						onClick: x,
						"data-testid": "counter-reset",
						children: r.examples.reset
					}),
					!t && /* @__PURE__ */ h("span", {
						className: "hint",
						children: r.room.mustJoin
					})
				]
			}),
			/* @__PURE__ */ h(G, { outcome: o })
		]
	});
}
function Cd({ room: e }) {
	let t = V(), { call: n, result: r, error: i, isPending: a } = Ps({
		name: "examples/readCounter",
		version: "v1"
	}), { run: o, outcome: s } = Q();
	async function c() {
		await o("examples/readCounter/v1", e, () => n({ data: { room: e } }));
	}
	return /* @__PURE__ */ g("section", {
		className: "card reading",
		"data-testid": "reading",
		children: [
			/* @__PURE__ */ h("h2", { children: t.examples.readTitle }),
			/* @__PURE__ */ h("p", { children: t.examples.readText }),
			/* @__PURE__ */ g("div", {
				className: "actions",
				children: [/* @__PURE__ */ h("button", {
					type: "button",
					className: "button primary",
					disabled: a,
					onClick: c,
					"data-testid": "read-counter",
					children: t.examples.readButton
				}), /* @__PURE__ */ g("output", {
					className: "reading-answer",
					"aria-live": "polite",
					"aria-busy": a,
					children: [r !== null && /* @__PURE__ */ g(m, { children: [
						/* @__PURE__ */ h("span", {
							className: "muted",
							children: t.examples.readValue(e)
						}),
						" ",
						/* @__PURE__ */ h("strong", {
							"data-testid": "counter-reading",
							children: wd(r.value)
						})
					] }), r === null && i === null && /* @__PURE__ */ h("span", {
						className: "muted",
						children: t.examples.readNothing
					})]
				})]
			}),
			/* @__PURE__ */ h(G, { outcome: s })
		]
	});
}
function wd(e) {
	return e.toLocaleString("en").replaceAll(",", " ");
}
function Td({ id: e }) {
	let t = V();
	return /* @__PURE__ */ g("section", {
		className: "card tinted",
		children: [
			/* @__PURE__ */ h("h2", { children: t.examples.elsewhereTitle }),
			/* @__PURE__ */ h("p", { children: t.examples.elsewhereText }),
			/* @__PURE__ */ h(W, {
				className: "button",
				href: jc("/chat", { room: e }),
				"data-testid": "go-elsewhere",
				children: t.examples.elsewhereLink
			})
		]
	});
}
// src/pages/LobbyPage.tsx
var Ed = "lobby-", Dd = ["src/lobby/_room.rs", "src/lobby/_sync/typing_client_v1.rs"];
function Od() {
	let e = V(), { room: t, isJoined: n, ...r } = q("/lobby", Ed), { feed: i } = U(), a = Bu(t), o = zc(i, t, "lobby/typing/v1").length;
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.lobby.title,
			lead: e.lobby.lead,
			files: Dd
		}),
		/* @__PURE__ */ h(Y, {
			prefix: Ed,
			pageRoom: {
				room: t,
				isJoined: n,
				...r
			}
		}),
		/* @__PURE__ */ g("section", {
			className: "card lobby",
			children: [
				/* @__PURE__ */ g("p", {
					className: "typing big",
					role: "status",
					"data-testid": "typing",
					"data-typing": a,
					children: [/* @__PURE__ */ g("span", {
						className: a ? "typing-dots" : "typing-dots still",
						"aria-hidden": "true",
						children: [
							/* @__PURE__ */ h("i", {}),
							/* @__PURE__ */ h("i", {}),
							/* @__PURE__ */ h("i", {})
						]
					}), a ? e.lobby.someone : e.lobby.nobody]
				}),
				/* @__PURE__ */ h(kd, {
					room: t,
					isJoined: n,
					arrived: o
				}),
				/* @__PURE__ */ h(Ad, {})
			]
		}),
		/* @__PURE__ */ h(J, { ...Nu })
	] });
}
function kd({ room: e, isJoined: t, arrived: n }) {
	let r = V(), a = s(), [o, c] = d(0), l = zu(e, i(() => c((e) => e + 1), []));
	return /* @__PURE__ */ g("div", {
		className: "field",
		children: [
			/* @__PURE__ */ h("label", {
				htmlFor: a,
				children: r.lobby.pad
			}),
			/* @__PURE__ */ h("textarea", {
				id: a,
				rows: 3,
				placeholder: r.lobby.padPlaceholder,
				disabled: !t,
				"aria-describedby": `${a}-hint`,
				onChange: l,
				"data-testid": "typing-pad"
			}),
			/* @__PURE__ */ h("p", {
				id: `${a}-hint`,
				className: "hint",
				children: t ? `${r.lobby.sent(o)} · ${r.lobby.arrived(n)}` : r.room.mustJoin
			})
		]
	});
}
function Ad() {
	let e = V(), { session: t, mute: n } = B();
	return /* @__PURE__ */ h(Il, {
		label: e.lobby.mute,
		hint: e.lobby.muteHint,
		isOn: t?.muted ?? !1,
		isDisabled: t === null,
		testId: "mute",
		onChange: (e) => void n(e)
	});
}
// src/pages/NestedPage.tsx
var jd = "nested-", Md = [
	"src/test/nestedTest/_room.rs",
	"src/test/nestedTest/_sync/room_server_v1.rs",
	"src/_sync/announce_server_v1.rs"
];
function Nd() {
	let e = V(), t = q("/nested", jd, "1");
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.nested.title,
			lead: e.nested.lead,
			files: Md
		}),
		/* @__PURE__ */ h(Y, {
			prefix: jd,
			pageRoom: t
		}),
		/* @__PURE__ */ g("div", {
			className: "columns",
			children: [/* @__PURE__ */ h(Pd, {
				room: t.room,
				isJoined: t.isJoined
			}), /* @__PURE__ */ h(Fd, { pageRoom: t.room })]
		}),
		/* @__PURE__ */ h(Ld, { room: t.room })
	] });
}
function Pd({ room: e, isJoined: t }) {
	let n = V(), { run: r, isBusy: i, outcome: a } = Q();
	return /* @__PURE__ */ g("section", {
		className: "card",
		children: [
			/* @__PURE__ */ h("h2", { children: n.nested.nestedTitle }),
			/* @__PURE__ */ h("p", {
				className: "muted",
				children: /* @__PURE__ */ h(X, { text: n.nested.nestedText })
			}),
			/* @__PURE__ */ h(Id, {
				label: n.nested.message,
				placeholder: n.nested.messagePlaceholder,
				button: n.nested.sendMessage,
				isJoined: t,
				isBusy: i,
				testId: "nested",
				onSend: (t) => r("test/nestedTest/room/v1", e, () => z({
					name: "test/nestedTest/room",
					version: "v1",
					data: { message: t },
					receiver: e
				}))
			}),
			/* @__PURE__ */ h(G, { outcome: a })
		]
	});
}
function Fd({ pageRoom: e }) {
	let t = V(), { run: n, isBusy: r, outcome: i } = Q(), { rooms: a } = rl(), o = [...a].filter(([, e]) => e.status === "joined").map(([e]) => e), [c, l] = d(null), u = c !== null && o.includes(c) ? c : e, f = s();
	return /* @__PURE__ */ g("section", {
		className: "card",
		children: [
			/* @__PURE__ */ h("h2", { children: t.nested.rootTitle }),
			/* @__PURE__ */ h("p", {
				className: "muted",
				children: /* @__PURE__ */ h(X, { text: t.nested.rootText })
			}),
			/* @__PURE__ */ h(Id, {
				label: t.nested.announcement,
				placeholder: t.nested.announcementPlaceholder,
				button: t.nested.announce,
				isJoined: o.includes(u),
				isBusy: r,
				testId: "announce",
				onSend: (e) => n("root/announce/v1", u, () => z({
					name: "root/announce",
					version: "v1",
					data: { text: e },
					receiver: u
				})),
				children: /* @__PURE__ */ g("div", {
					className: "field",
					children: [/* @__PURE__ */ h("label", {
						htmlFor: f,
						children: t.nested.to
					}), /* @__PURE__ */ h("select", {
						id: f,
						value: u,
						onChange: (e) => l(e.target.value),
						"data-testid": "announce-room",
						children: (o.includes(u) ? o : [u, ...o]).map((e) => /* @__PURE__ */ h("option", { children: e }, e))
					})]
				})
			}),
			/* @__PURE__ */ h(G, { outcome: i })
		]
	});
}
function Id(e) {
	let { label: t, placeholder: n, button: r, isJoined: i, isBusy: a, testId: o, children: c, onSend: l } = e, u = V(), [f, p] = d(""), m = s();
	async function _(e) {
		e.preventDefault(), (await l(f.trim())).status === "success" && p("");
	}
	return /* @__PURE__ */ g("form", {
		className: "stack",
		onSubmit: _,
		children: [
			/* @__PURE__ */ g("div", {
				className: "field",
				children: [/* @__PURE__ */ h("label", {
					htmlFor: m,
					children: t
				}), /* @__PURE__ */ h("input", {
					id: m,
					value: f,
					placeholder: n,
					maxLength: 200,
					required: !0,
					autoComplete: "off",
					onChange: (e) => p(e.target.value),
					"data-testid": `${o}-text`
				})]
			}),
			c,
			/* @__PURE__ */ g("div", {
				className: "actions",
				children: [/* @__PURE__ */ h("button", {
					type: "submit",
					className: "button primary",
					disabled: !i || a,
					"data-testid": `${o}-send`,
					children: r
				}), !i && /* @__PURE__ */ h("span", {
					className: "hint",
					children: u.room.mustJoin
				})]
			})
		]
	});
}
function Ld({ room: e }) {
	let t = V(), { feed: n } = U(), r = zc(n, e, "test/nestedTest/room/v1", "root/announce/v1").toReversed();
	return /* @__PURE__ */ g("section", {
		className: "card",
		children: [
			/* @__PURE__ */ h("h2", { children: t.nested.received }),
			r.length === 0 && /* @__PURE__ */ h("p", {
				className: "muted",
				children: t.nested.nothing
			}),
			/* @__PURE__ */ h("ul", {
				className: "received",
				"data-testid": "nested-received",
				children: r.map(({ id: e, event: t }) => /* @__PURE__ */ g("li", {
					"data-route": t.route,
					children: [t.route === "root/announce/v1" ? /* @__PURE__ */ g(m, { children: [
						/* @__PURE__ */ h("strong", { children: t.serverOutput.by.name }),
						" ",
						t.serverOutput.text
					] }) : /* @__PURE__ */ g(m, { children: [
						/* @__PURE__ */ h("strong", { children: t.serverOutput.from.name }),
						" ",
						t.serverOutput.message
					] }), /* @__PURE__ */ h("code", { children: t.route })]
				}, e))
			})
		]
	});
}
// src/pages/NotFoundPage.tsx
function Rd({ pathName: e }) {
	let t = V();
	return /* @__PURE__ */ g("div", {
		className: "page-head",
		"data-testid": "not-found",
		children: [
			/* @__PURE__ */ h("h1", {
				tabIndex: -1,
				"data-page-title": "",
				children: t.overview.notFoundTitle
			}),
			/* @__PURE__ */ h("p", {
				className: "lead",
				children: /* @__PURE__ */ h(X, { text: t.overview.notFoundText(e) })
			}),
			/* @__PURE__ */ h("p", { children: /* @__PURE__ */ h(W, {
				className: "button",
				href: "/",
				children: t.overview.notFoundBack
			}) })
		]
	});
}
// src/pages/OverviewPage.tsx
function zd() {
	let { overview: e } = V();
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ g("section", {
			className: "hero",
			children: [
				/* @__PURE__ */ h("h1", {
					tabIndex: -1,
					"data-page-title": "",
					children: e.headline
				}),
				/* @__PURE__ */ h("p", {
					className: "lead",
					children: e.lead
				}),
				/* @__PURE__ */ h(Bd, {})
			]
		}),
		/* @__PURE__ */ g("section", {
			"aria-labelledby": "steps-title",
			children: [/* @__PURE__ */ h("h2", {
				id: "steps-title",
				className: "section-title",
				children: e.stepsTitle
			}), /* @__PURE__ */ g("ol", {
				className: "steps",
				children: [
					/* @__PURE__ */ h(Vd, {
						title: e.step1Title,
						text: e.step1Text,
						snippet: Su
					}),
					/* @__PURE__ */ h(Vd, {
						title: e.step2Title,
						text: e.step2Text,
						snippet: Cu
					}),
					/* @__PURE__ */ h(Vd, {
						title: e.step3Title,
						text: e.step3Text,
						snippet: wu
					}),
					/* @__PURE__ */ h(Vd, {
						title: e.step4Title,
						text: e.step4Text,
						snippet: Tu
					})
				]
			})]
		}),
		/* @__PURE__ */ h(Hd, {})
	] });
}
function Bd() {
	let e = V(), { status: t, session: n } = B();
	return t === "loading" ? null : n === null ? /* @__PURE__ */ h("div", {
		className: "card way-in",
		children: /* @__PURE__ */ h(bu, {})
	}) : /* @__PURE__ */ g("div", {
		className: "card way-in",
		"data-testid": "welcome",
		children: [/* @__PURE__ */ g("p", { children: [
			/* @__PURE__ */ h("strong", { children: e.session.welcome(n.name) }),
			" ",
			e.session.welcomeText
		] }), /* @__PURE__ */ g("div", {
			className: "actions",
			children: [/* @__PURE__ */ h(W, {
				className: "button primary",
				href: "/examples",
				children: e.session.openCounter
			}), /* @__PURE__ */ g("a", {
				className: "button",
				href: "/examples",
				target: "_blank",
				rel: "noopener",
				children: [
					e.session.openSecondTab,
					" ",
					/* @__PURE__ */ h("span", {
						"aria-hidden": "true",
						children: "↗"
					})
				]
			})]
		})]
	});
}
function Vd({ title: e, text: t, snippet: n }) {
	return /* @__PURE__ */ g("li", {
		className: "step",
		children: [/* @__PURE__ */ g("div", {
			className: "step-text",
			children: [/* @__PURE__ */ h("h3", { children: e }), /* @__PURE__ */ h("p", { children: /* @__PURE__ */ h(X, { text: t }) })]
		}), /* @__PURE__ */ h(J, { ...n })]
	});
}
function Hd() {
	let { overview: e, nav: t } = V();
	return /* @__PURE__ */ g("section", {
		"aria-labelledby": "tour-title",
		children: [/* @__PURE__ */ h("h2", {
			id: "tour-title",
			className: "section-title",
			children: e.tourTitle
		}), /* @__PURE__ */ g("ul", {
			className: "tour",
			children: [
				/* @__PURE__ */ h($, {
					page: "/examples",
					title: t.examples,
					route: "examples/updateCounter",
					children: e.tourExamples
				}),
				/* @__PURE__ */ h($, {
					page: "/board",
					title: t.board,
					route: "board/notes",
					children: e.tourBoard
				}),
				/* @__PURE__ */ h($, {
					page: "/todos",
					title: t.todos,
					route: "todos/create",
					children: e.tourTodos
				}),
				/* @__PURE__ */ h($, {
					page: "/chat",
					title: t.chat,
					route: "chat/sendMessage",
					children: e.tourChat
				}),
				/* @__PURE__ */ h($, {
					page: "/story",
					title: t.story,
					route: "story/tell",
					children: e.tourStory
				}),
				/* @__PURE__ */ h($, {
					page: "/lobby",
					title: t.lobby,
					route: "lobby/typing",
					children: e.tourLobby
				}),
				/* @__PURE__ */ h($, {
					page: "/nested",
					title: t.nested,
					route: "test/nestedTest/room",
					children: e.tourNested
				}),
				/* @__PURE__ */ h($, {
					page: "/errors",
					title: t.errors,
					route: "examples/fail",
					children: e.tourErrors
				})
			]
		})]
	});
}
function $({ page: e, title: t, route: n, children: r }) {
	return /* @__PURE__ */ h("li", { children: /* @__PURE__ */ g(W, {
		className: "card stop",
		href: e,
		children: [
			/* @__PURE__ */ g("span", {
				className: "stop-title",
				children: [
					t,
					" ",
					/* @__PURE__ */ h("span", {
						"aria-hidden": "true",
						children: "→"
					})
				]
			}),
			/* @__PURE__ */ h("code", { children: n }),
			/* @__PURE__ */ h("span", {
				className: "stop-text",
				children: r
			})
		]
	}) });
}
// src/pages/StoryPage.tsx
var Ud = "story-", Wd = {
	name: "story/tell",
	version: "v1"
}, Gd = ["src/story/_room.rs", "src/story/_sync/tell_server_v1.rs"];
function Kd() {
	let e = V(), t = q("/story", Ud);
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.story.title,
			lead: e.story.lead,
			files: Gd
		}),
		/* @__PURE__ */ h(Y, {
			prefix: Ud,
			pageRoom: t
		}),
		/* @__PURE__ */ h("section", {
			className: "card",
			"aria-label": e.story.title,
			children: /* @__PURE__ */ h(qd, {
				room: t.room,
				isJoined: t.isJoined
			})
		}),
		/* @__PURE__ */ h(Yd, { room: t.room }, t.room),
		/* @__PURE__ */ h("p", {
			className: "hint",
			children: /* @__PURE__ */ h(X, { text: e.story.hint })
		})
	] });
}
function qd({ room: e, isJoined: t }) {
	let n = V(), { run: r, isBusy: i, outcome: a } = Q(), [c, l] = d(n.story.sample), f = u(null), p = s();
	o(() => () => f.current?.abort(), []);
	async function m(t) {
		if (t.preventDefault(), i || c.trim() === "") return;
		let n = new AbortController();
		f.current = n, await r("story/tell/v1", e, () => z({
			...Wd,
			data: { text: c },
			receiver: e,
			signal: n.signal,
			timeoutMs: 3e5
		})), f.current = null;
	}
	return /* @__PURE__ */ g("form", {
		className: "stack",
		onSubmit: m,
		children: [
			/* @__PURE__ */ h("label", {
				htmlFor: p,
				children: n.story.text
			}),
			/* @__PURE__ */ h("textarea", {
				id: p,
				rows: 4,
				maxLength: 2e3,
				value: c,
				onChange: (e) => l(e.target.value),
				"data-testid": "story-text"
			}),
			/* @__PURE__ */ g("div", {
				className: "story-actions",
				children: [/* @__PURE__ */ h("button", {
					type: "submit",
					className: "button primary",
					disabled: !t || i,
					"data-testid": "story-tell",
					children: n.story.tell
				}), /* @__PURE__ */ h("button", {
					type: "button",
					className: "button",
					disabled: !i,
					onClick: () => f.current?.abort(),
					"data-testid": "story-stop",
					children: n.story.stop
				})]
			}),
			Jd(a) ? null : /* @__PURE__ */ h(G, { outcome: a })
		]
	});
}
function Jd(e) {
	return e?.status === "error" && e.error.errorCode === "sync-cancelled";
}
function Yd({ room: e }) {
	let t = V(), { feed: n } = U(), r = Xd(e), i = zc(n, e, "story/tell/v1");
	return /* @__PURE__ */ g("section", {
		className: "card",
		"aria-label": t.story.heard,
		"aria-live": "polite",
		children: [
			[...r].map(([e, t]) => /* @__PURE__ */ g("p", {
				className: "bubble-text",
				"data-testid": "story-running",
				children: [
					/* @__PURE__ */ g("strong", { children: [e, ":"] }),
					" ",
					t.join(" "),
					"…"
				]
			}, e)),
			i.map(({ id: e, event: { serverOutput: n } }) => /* @__PURE__ */ g("p", {
				"data-testid": "story-told",
				"data-whole": n.isWhole,
				children: [
					/* @__PURE__ */ g("strong", { children: [n.teller.name, ":"] }),
					" ",
					n.text,
					!n.isWhole && /* @__PURE__ */ g("em", {
						className: "muted",
						children: [" ", t.story.stopped]
					})
				]
			}, e)),
			r.size === 0 && i.length === 0 && /* @__PURE__ */ h("p", {
				className: "muted",
				children: t.story.empty
			})
		]
	});
}
function Xd(e) {
	let { upsertSyncEventCallback: t } = Ns(), [n, r] = d(/* @__PURE__ */ new Map());
	return t({
		...Wd,
		onStream: ({ teller: t, word: n }, i) => {
			i === e && r((e) => new Map(e).set(t.name, [...e.get(t.name) ?? [], n]));
		},
		callback: ({ serverOutput: t, room: n }) => {
			n === e && r((e) => new Map([...e].filter(([e]) => e !== t.teller.name)));
		}
	}), n;
}
// src/todos/place.ts
function Zd(e, t) {
	let n = e[t - 1]?.place ?? null, r = e.slice(t).find(({ place: e }) => n === null || e > n)?.place ?? null;
	return _(n, r);
}
// src/todos/RejectedTodos.tsx
function Qd({ rejected: e, onDismiss: t }) {
	let n = V();
	return /* @__PURE__ */ h("ul", {
		className: "todos-rejected",
		"aria-label": n.todos.rejected,
		"aria-live": "polite",
		children: e.map(({ id: e, name: r, args: i, errorCode: a, message: o }) => /* @__PURE__ */ g("li", {
			className: "notice danger dismissable",
			"data-testid": "todo-rejected",
			"data-code": a,
			children: [/* @__PURE__ */ g("span", { children: [
				/* @__PURE__ */ h("strong", { children: $d(i) ?? r }),
				": ",
				o,
				" ",
				/* @__PURE__ */ h("code", { children: a })
			] }), /* @__PURE__ */ h("button", {
				type: "button",
				className: "button quiet small",
				onClick: () => t(e),
				"data-testid": "todo-dismiss",
				children: n.todos.dismiss
			})]
		}, e))
	});
}
function $d(e) {
	if (typeof e == "object" && e && "title" in e) return typeof e.title == "string" ? e.title : void 0;
}
// src/todos/TodoItem.tsx
function ef({ todo: e, isPending: t, onEdit: n, onVote: r, onRemove: i, onUp: a, onDown: o }) {
	let s = V(), { title: c, done: l, votes: u, author: d } = e;
	return /* @__PURE__ */ g("li", {
		className: "todo",
		"data-testid": "todo",
		"data-state": t ? "pending" : "saved",
		"data-done": l,
		children: [
			/* @__PURE__ */ h("input", {
				type: "checkbox",
				checked: l,
				onChange: (e) => n({ done: e.target.checked }),
				"aria-label": s.todos.done(c),
				"data-testid": "todo-done"
			}),
			/* @__PURE__ */ h(tf, {
				title: c,
				onChange: (e) => n({ title: e })
			}),
			/* @__PURE__ */ h("span", {
				className: "todo-state muted",
				"data-testid": "todo-state",
				title: s.todos.by(d),
				children: t ? s.todos.pending : s.todos.saved
			}),
			/* @__PURE__ */ g("span", {
				className: "todo-tools",
				children: [
					/* @__PURE__ */ h("button", {
						type: "button",
						className: "button quiet small",
						onClick: r,
						"aria-label": s.todos.vote(c, u),
						"data-testid": "todo-vote",
						children: /* @__PURE__ */ g("span", {
							"aria-hidden": "true",
							children: ["▲ ", u]
						})
					}),
					/* @__PURE__ */ h("button", {
						type: "button",
						className: "button quiet small",
						onClick: a,
						disabled: a === void 0,
						"aria-label": s.todos.up(c),
						"data-testid": "todo-up",
						children: /* @__PURE__ */ h("span", {
							"aria-hidden": "true",
							children: "↑"
						})
					}),
					/* @__PURE__ */ h("button", {
						type: "button",
						className: "button quiet small",
						onClick: o,
						disabled: o === void 0,
						"aria-label": s.todos.down(c),
						"data-testid": "todo-down",
						children: /* @__PURE__ */ h("span", {
							"aria-hidden": "true",
							children: "↓"
						})
					}),
					/* @__PURE__ */ h("button", {
						type: "button",
						className: "button quiet small",
						onClick: i,
						"aria-label": s.todos.remove(c),
						"data-testid": "todo-remove",
						children: /* @__PURE__ */ h("span", {
							"aria-hidden": "true",
							children: "✕"
						})
					})
				]
			})
		]
	});
}
function tf({ title: e, onChange: t }) {
	let n = V(), [r, i] = d(null);
	function a() {
		let n = r?.trim() ?? "";
		i(null), n !== "" && n !== e && t(n);
	}
	return /* @__PURE__ */ h("input", {
		className: "todo-title",
		value: r ?? e,
		onChange: (e) => i(e.target.value),
		onBlur: a,
		onKeyDown: (e) => {
			e.key === "Enter" ? e.currentTarget.blur() : e.key === "Escape" && i(null);
		},
		maxLength: 200,
		"aria-label": n.todos.titleOf(e),
		autoComplete: "off",
		"data-testid": "todo-title"
	});
}
// src/todos/TodoStatus.tsx
var nf = {
	live: "live",
	syncing: "waits",
	offline: "rests",
	error: "error"
};
function rf({ status: { status: e, pending: t, error: n } }) {
	let r = V();
	return /* @__PURE__ */ h(bl, {
		tone: nf[e],
		status: e,
		text: r.todos.status[e],
		pending: t,
		pendingText: r.todos.waiting(t),
		problem: n?.message,
		testId: "todos"
	});
}
// src/todos/Todos.tsx
function af({ list: e }) {
	let t = V(), n = `todos-${e}`, r = Hs(), i = Ws("todo", {
		scope: n,
		orderBy: "place"
	}), a = Gs("todo", n), o = Ks(n);
	function s(e, t) {
		let a = i[e];
		if (a === void 0) return;
		let o = i.filter(({ id: e }) => e !== a.id);
		r.mutate("todos/move", "v1", n, {
			id: a.id,
			place: Zd(o, t)
		});
	}
	return /* @__PURE__ */ g("section", {
		className: "card todos",
		"aria-labelledby": "todos-title",
		children: [
			/* @__PURE__ */ g("div", {
				className: "todos-head",
				children: [/* @__PURE__ */ h("h2", {
					id: "todos-title",
					className: "section-title small",
					children: t.todos.listTitle(e)
				}), /* @__PURE__ */ h(rf, { status: o })]
			}),
			/* @__PURE__ */ h(of, { onAdd: (e) => r.mutate("todos/create", "v1", n, {
				id: eu(),
				title: e,
				place: Zd(i, i.length)
			}) }),
			i.length === 0 && /* @__PURE__ */ h("p", {
				className: "muted",
				"data-testid": "todos-empty",
				children: t.todos.empty
			}),
			/* @__PURE__ */ h("ol", {
				className: "todo-list",
				children: i.map((e, t) => /* @__PURE__ */ h(ef, {
					todo: e,
					isPending: a.has(e.id),
					onEdit: (t) => void r.mutate("todos/edit", "v1", n, {
						id: e.id,
						...t
					}),
					onVote: () => void r.mutate("todos/vote", "v1", n, { id: e.id }),
					onRemove: () => void r.mutate("todos/remove", "v1", n, { id: e.id }),
					onUp: t === 0 ? void 0 : () => s(t, t - 1),
					onDown: t === i.length - 1 ? void 0 : () => s(t, t + 1)
				}, e.id))
			}),
			/* @__PURE__ */ h(Qd, {
				rejected: o.rejected,
				onDismiss: r.dismiss
			})
		]
	});
}
function of({ onAdd: e }) {
	let t = V(), n = s(), [r, i] = d("");
	function a(t) {
		t.preventDefault(), r.trim() !== "" && (e(r.trim()), i(""));
	}
	return /* @__PURE__ */ g("form", {
		className: "field",
		onSubmit: a,
		children: [/* @__PURE__ */ h("label", {
			htmlFor: n,
			children: t.todos.newTodo
		}), /* @__PURE__ */ g("div", {
			className: "field-row",
			children: [/* @__PURE__ */ h("input", {
				id: n,
				value: r,
				onChange: (e) => i(e.target.value),
				maxLength: 200,
				placeholder: t.todos.placeholder,
				autoComplete: "off",
				"data-testid": "todo-new"
			}), /* @__PURE__ */ h("button", {
				type: "submit",
				className: "button primary",
				disabled: r.trim() === "",
				"data-testid": "todo-add",
				children: t.todos.add
			})]
		})]
	});
}
// src/pages/TodosPage.tsx
var sf = [
	"src/todos/_scope.rs",
	"src/todos/_entity.rs",
	"src/todos/_mutation/create_v1.rs"
];
function cf() {
	let e = V(), t = H().searchParams.list ?? "groceries", n = Us();
	return /* @__PURE__ */ g(m, { children: [
		/* @__PURE__ */ h(Z, {
			title: e.todos.title,
			lead: e.todos.lead,
			files: sf
		}),
		/* @__PURE__ */ h(lf, { list: t }),
		n !== null && /* @__PURE__ */ h(af, { list: t }, t),
		/* @__PURE__ */ h(J, { ...ju }),
		/* @__PURE__ */ h(J, { ...Mu })
	] });
}
function lf({ list: e }) {
	let t = V(), [n, r] = d(e);
	o(() => r(e), [e]);
	function i(e) {
		e.preventDefault(), Pc(jc("/todos", { list: n.trim() }));
	}
	return /* @__PURE__ */ h("form", {
		className: "card room-picker",
		onSubmit: i,
		children: /* @__PURE__ */ h(vu, {
			label: t.todos.list,
			prefix: "todos-",
			value: n,
			maxLength: 40,
			testId: "list-id",
			onChange: r,
			children: /* @__PURE__ */ h("button", {
				type: "submit",
				className: "button",
				disabled: n.trim() === e,
				"data-testid": "list-open",
				children: t.todos.open
			})
		})
	});
}
// src/todos/KeepingNotice.tsx
function uf() {
	let e = V(), t = Us(), [n, r] = d(null);
	return o(() => (r(null), t?.onDrop(r)), [t]), n === null ? null : /* @__PURE__ */ g("p", {
		role: "alert",
		className: "notice warn dismissable",
		"data-testid": "not-kept",
		"data-reason": n.reason,
		children: [/* @__PURE__ */ h("span", { children: n.reason === "damaged" ? e.todos.damaged : e.todos.notKept(n.waiting) }), /* @__PURE__ */ h("button", {
			type: "button",
			className: "button quiet small",
			onClick: () => r(null),
			"data-testid": "not-kept-dismiss",
			children: e.todos.dismiss
		})]
	});
}
// src/todos/todoMutators.ts
function df(e) {
	return {
		"todos/create": { v1: (t, { id: n, title: r, place: i }) => {
			let a = t.scope.replace(/^todos-/, "");
			t.create("todo", {
				id: n,
				list: a,
				title: r,
				place: i,
				done: !1,
				votes: 0,
				author: e()
			});
		} },
		"todos/edit": { v1: (e, { id: t, title: n, done: r }) => void e.update("todo", t, (e) => ({
			...e,
			title: n ?? e.title,
			done: r ?? e.done
		})) },
		"todos/vote": { v1: (e, { id: t }) => void e.update("todo", t, (e) => ({
			...e,
			votes: e.votes + 1
		})) },
		"todos/move": { v1: (e, { id: t, place: n }) => void e.update("todo", t, { place: n }) },
		"todos/remove": { v1: (e, { id: t }) => void e.delete("todo", t) }
	};
}
// src/todos/TodoStore.tsx
function ff({ children: e }) {
	let { session: t, lastUser: n } = B(), [r, i] = d(null), a = t?.userId ?? n?.userId, s = t?.name ?? n?.name ?? "", c = u(s);
	return o(() => void (c.current = s), [s]), o(() => {
		if (a === void 0) return;
		let e = Bs(a, df(() => c.current));
		return i(e), () => {
			i(null), e.close();
		};
	}, [a]), /* @__PURE__ */ h(Vs, {
		store: r,
		children: e
	});
}
// src/App.tsx
function pf() {
	return /* @__PURE__ */ h(xc, { children: /* @__PURE__ */ h(Oc, { children: /* @__PURE__ */ h(ff, { children: /* @__PURE__ */ h(mf, {}) }) }) });
}
function mf() {
	let { session: e } = B();
	return _f(), /* @__PURE__ */ h(il, { children: /* @__PURE__ */ g(Uc, { children: [/* @__PURE__ */ h(Zc, {}), /* @__PURE__ */ g("div", {
		className: "layout",
		children: [/* @__PURE__ */ g("main", {
			id: "content",
			className: "content",
			children: [
				/* @__PURE__ */ h(hf, {}),
				/* @__PURE__ */ h(uf, {}),
				/* @__PURE__ */ h(tl, {}),
				/* @__PURE__ */ h(gf, {})
			]
		}), /* @__PURE__ */ h(cl, {})]
	})] }) }, e?.userId ?? "");
}
function hf() {
	let e = V(), { isServerReachable: t, hasEnded: n, problem: r } = B();
	return /* @__PURE__ */ g(m, { children: [
		!t && /* @__PURE__ */ h("p", {
			role: "alert",
			className: "notice danger",
			"data-testid": "unreachable",
			children: e.session.unreachable
		}),
		r !== null && /* @__PURE__ */ h("p", {
			role: "alert",
			className: "notice danger",
			"data-testid": "session-problem",
			children: r
		}),
		n && /* @__PURE__ */ h("p", {
			role: "alert",
			className: "notice warn",
			"data-testid": "session-ended",
			children: e.session.ended
		})
	] });
}
function gf() {
	let { pathName: e } = H();
	switch (vf(e), Mc(e)) {
		case "/": return /* @__PURE__ */ h(zd, {});
		case "/examples": return /* @__PURE__ */ h(bd, {});
		case "/board": return /* @__PURE__ */ h(Iu, {});
		case "/todos": return /* @__PURE__ */ h(cf, {});
		case "/chat": return /* @__PURE__ */ h(qu, {});
		case "/story": return /* @__PURE__ */ h(Kd, {});
		case "/lobby": return /* @__PURE__ */ h(Od, {});
		case "/nested": return /* @__PURE__ */ h(Nd, {});
		case "/errors": return /* @__PURE__ */ h(sd, {});
		case null: return /* @__PURE__ */ h(Rd, { pathName: e });
	}
}
function _f() {
	let { pathName: e, searchParams: t } = H();
	o(() => {
		js({
			pathName: e,
			searchParams: t
		});
	}, [e, t]);
}
function vf(e) {
	let t = V(), n = u(e);
	o(() => {
		let r = document.querySelector("[data-page-title]");
		document.title = t.documentTitle(r?.textContent ?? ""), n.current !== e && (n.current = e, window.scrollTo(0, 0), r?.focus({ preventScroll: !0 }));
	}, [e, t]);
}
// src/keepPage.ts
function yf() {
	"serviceWorker" in navigator && navigator.serviceWorker.register("/sw.js").catch(() => {});
}
// src/main.tsx
var bf = document.getElementById("root");
if (bf === null) throw Error("index.html has no element `#root`");
p(bf).render(/* @__PURE__ */ h(e, { children: /* @__PURE__ */ h(pf, {}) })), yf();
