/// How long a component will last, and how sure that is.
package enum Prognosis {}
