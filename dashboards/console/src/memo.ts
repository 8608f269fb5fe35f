import { Component, h, type ComponentType } from "preact";

/** memo draws a component again only when one of its properties has changed. */
export function memo<P extends object>(inner: ComponentType<P>): ComponentType<P> {
  return class extends Component<P> {
    shouldComponentUpdate(next: P) {
      const now = this.props as Record<string, unknown>;
      return Object.entries(next).some(([name, value]) => now[name] !== value);
    }
    render() {
      return h(inner, this.props as P);
    }
  };
}
