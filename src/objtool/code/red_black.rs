// SPDX-License-Identifier: GPL-2.0-only

//! A red-black tree of numbered nodes with exactly the shape that the kernel's `lib/rbtree.c` gives it.

/// No node.
const NONE: usize = usize::MAX;

/// A direction: 0 is left, 1 is right.
type Side = usize;

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: usize,
    child: [usize; 2],
    is_red: bool,
}

/// The tree. Nodes are numbered as they come; what they stand for is the owner's business.
#[derive(Debug)]
pub(super) struct Tree {
    root: usize,
    nodes: Vec<Node>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { root: NONE, nodes: Vec::new() }
    }
}

fn some(node: usize) -> Option<usize> {
    (node != NONE).then_some(node)
}

impl Tree {
    /// The node at the top.
    pub fn root(&self) -> Option<usize> {
        some(self.root)
    }

    /// The node below to the left.
    pub fn left(&self, node: usize) -> Option<usize> {
        some(self.nodes[node].child[0])
    }

    /// The node below to the right.
    pub fn right(&self, node: usize) -> Option<usize> {
        some(self.nodes[node].child[1])
    }

    /// The first node in order.
    pub fn first(&self) -> Option<usize> {
        self.root().map(|root| self.outermost(root, 0))
    }

    /// The node after `node` in order.
    pub fn next(&self, mut node: usize) -> Option<usize> {
        if let Some(right) = self.right(node) {
            return Some(self.outermost(right, 0));
        }
        while let Some(parent) = some(self.nodes[node].parent) {
            if self.nodes[parent].child[0] == node {
                return Some(parent);
            }
            node = parent;
        }
        None
    }

    /// Adds a node and returns its number. `is_less(n)` says whether it goes before node `n`; of equals, later ones go
    /// behind.
    pub fn insert(&mut self, is_less: impl Fn(usize) -> bool) -> usize {
        let node = self.nodes.len();
        let (mut parent, mut at, mut side) = (NONE, self.root, 0);
        while at != NONE {
            parent = at;
            side = usize::from(!is_less(at));
            at = self.nodes[at].child[side];
        }
        self.nodes.push(Node { parent, child: [NONE; 2], is_red: true });
        match some(parent) {
            Some(parent) => self.nodes[parent].child[side] = node,
            None => self.root = node,
        }
        self.rebalance_after_insert(node);
        node
    }

    /// Takes a node out.
    pub fn remove(&mut self, node: usize) {
        let Node { parent, child: [left, right], is_red } = self.nodes[node];
        let (lost_red, hole, side);
        if left != NONE && right != NONE {
            let successor = self.outermost(right, 0);
            lost_red = self.nodes[successor].is_red;
            let below = self.nodes[successor].child[1];
            if successor == right {
                (hole, side) = (successor, 1);
            } else {
                (hole, side) = (self.nodes[successor].parent, 0);
                self.link(hole, 0, below);
                self.link(successor, 1, right);
            }
            self.replace(node, successor, parent);
            self.link(successor, 0, left);
            self.nodes[successor].is_red = is_red;
        } else {
            lost_red = is_red;
            hole = parent;
            side = self.side_of(node);
            self.replace(node, if left == NONE { right } else { left }, parent);
        }
        if !lost_red {
            self.rebalance_after_remove(hole, side);
        }
    }

    fn outermost(&self, mut node: usize, side: Side) -> usize {
        while let Some(below) = some(self.nodes[node].child[side]) {
            node = below;
        }
        node
    }

    fn is_red(&self, node: usize) -> bool {
        node != NONE && self.nodes[node].is_red
    }

    fn side_of(&self, node: usize) -> Side {
        let parent = self.nodes[node].parent;
        usize::from(parent != NONE && self.nodes[parent].child[1] == node)
    }

    fn link(&mut self, parent: usize, side: Side, child: usize) {
        self.nodes[parent].child[side] = child;
        if child != NONE {
            self.nodes[child].parent = parent;
        }
    }

    /// Puts `new` in the place of `old` below `parent`.
    fn replace(&mut self, old: usize, new: usize, parent: usize) {
        if parent == NONE {
            self.root = new;
            if new != NONE {
                self.nodes[new].parent = NONE;
            }
        } else {
            let side = usize::from(self.nodes[parent].child[1] == old);
            self.link(parent, side, new);
        }
    }

    /// Turns the edge between `node` and its child on the other side of `side`, so that `node` goes down to `side`.
    fn rotate(&mut self, node: usize, side: Side) {
        let riser = self.nodes[node].child[1 - side];
        let parent = self.nodes[node].parent;
        self.link(node, 1 - side, self.nodes[riser].child[side]);
        self.replace(node, riser, parent);
        self.link(riser, side, node);
    }

    fn rebalance_after_insert(&mut self, mut node: usize) {
        loop {
            let parent = self.nodes[node].parent;
            if parent == NONE {
                self.nodes[node].is_red = false;
                return;
            }
            if !self.nodes[parent].is_red {
                return;
            }
            // A red node is never the root, so there is a node above.
            let above = self.nodes[parent].parent;
            let side = self.side_of(parent);
            let uncle = self.nodes[above].child[1 - side];
            if self.is_red(uncle) {
                self.nodes[uncle].is_red = false;
                self.nodes[parent].is_red = false;
                self.nodes[above].is_red = true;
                node = above;
                continue;
            }
            let mut parent = parent;
            if self.side_of(node) != side {
                self.rotate(parent, side);
                parent = node;
            }
            self.rotate(above, 1 - side);
            self.nodes[parent].is_red = false;
            self.nodes[above].is_red = true;
            return;
        }
    }

    /// The ways through `parent`'s child on `side` have one black node too few.
    fn rebalance_after_remove(&mut self, mut parent: usize, mut side: Side) {
        loop {
            if parent == NONE {
                if self.root != NONE {
                    self.nodes[self.root].is_red = false;
                }
                return;
            }
            let short = self.nodes[parent].child[side];
            if self.is_red(short) {
                self.nodes[short].is_red = false;
                return;
            }
            let mut sibling = self.nodes[parent].child[1 - side];
            if self.is_red(sibling) {
                self.rotate(parent, side);
                self.nodes[sibling].is_red = false;
                self.nodes[parent].is_red = true;
                sibling = self.nodes[parent].child[1 - side];
            }
            let [near, far] = [self.nodes[sibling].child[side], self.nodes[sibling].child[1 - side]];
            if !self.is_red(near) && !self.is_red(far) {
                self.nodes[sibling].is_red = true;
                let was_red = std::mem::replace(&mut self.nodes[parent].is_red, false);
                if was_red {
                    return;
                }
                side = self.side_of(parent);
                parent = self.nodes[parent].parent;
                continue;
            }
            if !self.is_red(far) {
                self.rotate(sibling, 1 - side);
                self.nodes[near].is_red = false;
                self.nodes[sibling].is_red = true;
                sibling = near;
            }
            self.nodes[sibling].is_red = self.nodes[parent].is_red;
            self.nodes[parent].is_red = false;
            let far = self.nodes[sibling].child[1 - side];
            self.nodes[far].is_red = false;
            self.rotate(parent, side);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the rules of red-black trees below `node`; returns the number of black nodes on each way down.
    fn check(tree: &Tree, node: usize, keys: &[u32]) -> usize {
        if node == NONE {
            return 1;
        }
        let Node { child, is_red, .. } = tree.nodes[node];
        for (side, child) in child.into_iter().enumerate().filter(|(_, child)| *child != NONE) {
            assert_eq!(tree.nodes[child].parent, node);
            assert!(!(is_red && tree.nodes[child].is_red), "two red nodes in a row");
            assert!(if side == 0 { keys[child] <= keys[node] } else { keys[child] >= keys[node] });
        }
        let [left, right] = child.map(|child| check(tree, child, keys));
        assert_eq!(left, right);
        left + usize::from(!is_red)
    }

    fn in_order(tree: &Tree) -> Vec<usize> {
        std::iter::successors(tree.first(), |node| tree.next(*node)).collect()
    }

    #[test]
    fn order_and_balance_survive_everything() {
        let mut tree = Tree::default();
        let mut keys: Vec<u32> = Vec::new();
        let mut kept = Vec::new();
        let mut random = 1_u32;
        for round in 0..2000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            keys.push(random >> 24);
            let key = random >> 24;
            let node = tree.insert(|other| key < keys[other]);
            if round % 3 == 0 {
                tree.remove(node);
            } else {
                kept.push(node);
            }
            if round % 7 == 0 && !kept.is_empty() {
                let victim = kept.swap_remove(random as usize % kept.len());
                tree.remove(victim);
            }
            check(&tree, tree.root, &keys);
        }
        let order = in_order(&tree);
        assert_eq!(order.len(), kept.len());
        assert!(order.is_sorted_by_key(|node| (keys[*node], *node)));
    }

    #[test]
    fn ascending_keys_give_the_known_shape() {
        let mut tree = Tree::default();
        for _ in 0..5 {
            tree.insert(|_| false);
        }
        assert_eq!(tree.root(), Some(1));
        assert_eq!((tree.left(1), tree.right(1)), (Some(0), Some(3)));
        assert_eq!((tree.left(3), tree.right(3)), (Some(2), Some(4)));
    }
}
