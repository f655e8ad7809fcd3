/** The `data` of a call, in the types of every lane. */

/** `data`, which may be left out exactly when `{}` is a valid input. */
export type DataOption<Input> = true extends IsValidEmpty<Input> ? { readonly data?: Input } : { readonly data: Input };

/**
 * Whether `{}` is a valid input, `true` for at least one member of a union. To the compiler `{}` has what every object inherits, a
 * `constructor` and the like, which never travels: for fields of these names, an object stands in that has none of them.
 */
type IsValidEmpty<Input> = Input extends unknown
  ? keyof Input & keyof Object extends never
    ? {} extends Input
      ? true
      : false
    : { readonly [Inherited in keyof Object]?: never } extends Input
      ? true
      : false
  : never;
