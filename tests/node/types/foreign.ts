/** Types that came along from ts-rs, as a front end meets them: every line compiles, but for those that say otherwise. */
import type { Dashboard, Drawing, Figure, Layer, Point, SyncClientInput, SyncServerOutput } from "../../typescript/foreignTypes.generated.ts";

type Input = SyncClientInput<"board", "draw", "v1">;
type Output = SyncServerOutput<"board", "draw", "v1">;

const at: Point = { x: 1, y: 2 };
const circle: Figure = { kind: "circle", centerPoint: at, radius: 1.5 };
const by = { userId: "1", name: "Ada" };

export const least: Input = { at, by, how: "plain" };
export const most: Input = { at, figure: circle, others: [circle, { kind: "polygon", corners: [at, at] }], by, how: { between: [at, at] } };
export const nothing: Input = { at, figure: null, by, how: { in: { layer: { items: [at], hidden: false, by_name: { a: at } } } } };

// @ts-expect-error a point has two coordinates
export const half: Input = { at: { x: 1 }, by, how: "plain" };
// @ts-expect-error a figure is one that is known
export const unknownFigure: Input = { at, figure: { kind: "square", radius: 1 }, by, how: "plain" };
// @ts-expect-error what is ours is as strict as ever
export const unknownField: Input = { at, by, how: "plain", note: "" };

/** 64-bit integers are numbers, and what is optional is there. */
export function read(output: Output): [number, number, string | null, Point, string | null] {
  const { drawing, size, marker, dashboard }: { drawing: Drawing; size: number; marker: Point; dashboard: Dashboard } = output;
  return [drawing.revision, size, drawing.title, marker, dashboard.settings.theme];
}

export const layers = (drawing: Drawing): [Layer<Figure>, Layer<Point>] => [drawing.figures, drawing.guides];

// @ts-expect-error a wire type inside of a foreign one is what the server sends
export const own = (dashboard: Dashboard): undefined => dashboard.owner.name;
