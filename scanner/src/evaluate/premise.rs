//! What the input must be like before a rule can say anything, read from its program.
//!
//! Most rules have nothing to say of a sound subject, and the first conditions of their bodies show
//! it: a member of the input beside a literal, or one of each element of a set. OPA's engine keeps
//! an [index of rules](https://www.openpolicyagent.org/docs/policy-performance#use-indexed-statements)
//! by such conditions; here they are looked at before the virtual machine is entered.

use std::collections::HashMap;

use regorus::Value;
use regorus::rvm::Instruction;
use regorus::rvm::instructions::{GuardMode, LiteralOrRegister, LoopMode};
use regorus::rvm::program::Program;

/// What must hold for one of the bodies of a rule to be true.
#[derive(Debug)]
pub(super) struct Premises(Vec<Body>);

/// The leading conditions of a body; it may go on with others, which are not looked at.
#[derive(Debug, Default)]
struct Body {
    conditions: Vec<Condition>,
    some: Option<SomeElement>,
}

/// A collection of which some element must meet conditions.
#[derive(Debug)]
struct SomeElement {
    collection: Vec<Value>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
struct Condition {
    relation: Relation,
    left: Operand,
    right: Operand,
    negated: bool,
}

#[derive(Debug, Clone, Copy)]
enum Relation {
    Equal,
    Unequal,
    /// The left one is in the right one.
    Within,
}

#[derive(Debug, Clone)]
enum Operand {
    Literal(Value),
    /// What stands at a path of the input.
    Input(Vec<Value>),
    /// What stands at a path of the element in turn.
    Element(Vec<Value>),
}

impl Premises {
    /// Those of the rule that an entry point calls.
    pub(super) fn of(program: &Program, entry_point: usize) -> Self {
        Self(bodies(program, entry_point).unwrap_or_else(|| vec![Body::default()]))
    }

    /// Whether the rule may be true of the input; if not, it is undefined, or an empty set.
    pub(super) fn may_hold(&self, input: &Value) -> bool {
        self.0.iter().any(|body| body.may_hold(input))
    }
}

/// The bodies of a rule; none where they do not decide alone what it is.
fn bodies(program: &Program, entry_point: usize) -> Option<Vec<Body>> {
    let (_, entry) = program.entry_points.get_index(entry_point)?;
    let Instruction::CallRule { rule_index, .. } = *program.instructions.get(*entry)? else {
        return None;
    };
    let rule = program.rule_infos.get(usize::from(rule_index))?;
    if rule.default_literal_index.is_some() || rule.function_info.is_some() {
        return None;
    }
    let entries = rule.definitions.iter().flatten();
    Some(
        entries
            .map(|at| Reader::new(program).body(*at as usize))
            .collect(),
    )
}

/// Follows the instructions of a body for as long as they do nothing but compare.
struct Reader<'a> {
    program: &'a Program,
    registers: HashMap<u8, Term>,
}

/// What a register holds.
#[derive(Clone)]
enum Term {
    Operand(Operand),
    Condition(Condition),
}

impl<'a> Reader<'a> {
    fn new(program: &'a Program) -> Self {
        Self {
            program,
            registers: HashMap::new(),
        }
    }

    fn body(mut self, mut at: usize) -> Body {
        let mut body = Body::default();
        while let Some(instruction) = self.program.instructions.get(at) {
            at += 1;
            match *instruction {
                Instruction::RuleInit { .. }
                | Instruction::Guard {
                    mode: GuardMode::NotUndefined,
                    ..
                } => {}
                Instruction::Guard {
                    register,
                    mode: GuardMode::Condition,
                } => {
                    let Some(Term::Condition(condition)) = self.registers.get(&register) else {
                        break;
                    };
                    let conditions = match &mut body.some {
                        Some(some) => &mut some.conditions,
                        None => &mut body.conditions,
                    };
                    conditions.push(condition.clone());
                }
                Instruction::LoopStart { params_index } if body.some.is_none() => {
                    let Some((some, begin)) = self.some(params_index) else {
                        break;
                    };
                    body.some = Some(some);
                    at = begin;
                }
                other => {
                    if self.compute(other).is_none() {
                        break;
                    }
                }
            }
        }
        body
    }

    /// The register that an instruction sets; none where it does more than compare.
    fn compute(&mut self, instruction: Instruction) -> Option<()> {
        let (register, term) = match instruction {
            Instruction::LoadInput { dest } => (dest, Term::Operand(Operand::Input(Vec::new()))),
            Instruction::Load { dest, literal_idx } => (dest, self.literal(literal_idx)?),
            Instruction::LoadTrue { dest } => (dest, plain(Value::Bool(true))),
            Instruction::LoadFalse { dest } => (dest, plain(Value::Bool(false))),
            Instruction::LoadBool { dest, value } => (dest, plain(Value::Bool(value))),
            Instruction::LoadNull { dest } => (dest, plain(Value::Null)),
            Instruction::Move { dest, src } => (dest, self.registers.get(&src)?.clone()),
            Instruction::IndexLiteral {
                dest,
                container,
                literal_idx,
            } => {
                let key = self.program.literals.get(usize::from(literal_idx))?;
                let below = self.operand(container)?.below([key.clone()])?;
                (dest, Term::Operand(below))
            }
            Instruction::ChainedIndex { params_index } => {
                let data = &self.program.instruction_data;
                let params = data.get_chained_index_params(params_index)?;
                let keys = params.path_components.iter().map(|key| match *key {
                    LiteralOrRegister::Literal(at) => {
                        self.program.literals.get(usize::from(at)).cloned()
                    }
                    LiteralOrRegister::Register(_) => None,
                });
                let keys: Vec<Value> = keys.collect::<Option<_>>()?;
                let below = self.operand(params.root)?.below(keys)?;
                (params.dest, Term::Operand(below))
            }
            Instruction::Eq { dest, left, right } => {
                (dest, self.condition(Relation::Equal, left, right)?)
            }
            Instruction::Ne { dest, left, right } => {
                (dest, self.condition(Relation::Unequal, left, right)?)
            }
            Instruction::Contains {
                dest,
                collection,
                value,
            } => (dest, self.condition(Relation::Within, value, collection)?),
            Instruction::Not { dest, operand } => match self.registers.get(&operand)? {
                Term::Condition(condition) => (dest, Term::Condition(condition.negated())),
                Term::Operand(_) => return None,
            },
            _ => return None,
        };
        self.registers.insert(register, term);
        Some(())
    }

    fn literal(&self, at: u16) -> Option<Term> {
        let value = self.program.literals.get(usize::from(at))?;
        Some(plain(value.clone()))
    }

    fn operand(&self, register: u8) -> Option<&Operand> {
        match self.registers.get(&register)? {
            Term::Operand(operand) => Some(operand),
            Term::Condition(_) => None,
        }
    }

    fn condition(&self, relation: Relation, left: u8, right: u8) -> Option<Term> {
        Some(Term::Condition(Condition {
            relation,
            left: self.operand(left)?.clone(),
            right: self.operand(right)?.clone(),
            negated: false,
        }))
    }

    /// A loop over a member of the input that is all the rest of the body, and where it begins.
    fn some(&mut self, params_index: u16) -> Option<(SomeElement, usize)> {
        let data = &self.program.instruction_data;
        let params = data.loop_params.get(usize::from(params_index))?;
        let Operand::Input(collection) = self.operand(params.collection)?.clone() else {
            return None;
        };
        let end = self
            .program
            .instructions
            .get(usize::from(params.loop_end))?;
        let whole = matches!(end, Instruction::RuleReturn {});
        if !whole || matches!(params.mode, LoopMode::Every) {
            return None;
        }
        self.registers.remove(&params.key_reg);
        let element = Term::Operand(Operand::Element(Vec::new()));
        self.registers.insert(params.value_reg, element);
        let some = SomeElement {
            collection,
            conditions: Vec::new(),
        };
        Some((some, usize::from(params.body_start)))
    }
}

fn plain(value: Value) -> Term {
    Term::Operand(Operand::Literal(value))
}

impl Operand {
    /// A member of it; none for a literal, of which nothing is a member here.
    fn below(&self, keys: impl IntoIterator<Item = Value>) -> Option<Self> {
        let longer = |path: &Vec<Value>| path.iter().cloned().chain(keys).collect();
        match self {
            Self::Input(path) => Some(Self::Input(longer(path))),
            Self::Element(path) => Some(Self::Element(longer(path))),
            Self::Literal(_) => None,
        }
    }

    fn of<'v>(&'v self, input: &'v Value, element: &'v Value) -> &'v Value {
        match self {
            Self::Literal(value) => value,
            Self::Input(path) => at(input, path),
            Self::Element(path) => at(element, path),
        }
    }
}

/// What stands at a path; undefined where there is nothing.
fn at<'v>(value: &'v Value, path: &[Value]) -> &'v Value {
    path.iter().fold(value, |node, key| &node[key])
}

impl Condition {
    fn negated(&self) -> Self {
        Self {
            negated: !self.negated,
            ..self.clone()
        }
    }

    fn may_hold(&self, input: &Value, element: &Value) -> bool {
        self.holds(input, element)
            .is_none_or(|holds| holds != self.negated)
    }

    /// Whether it holds before it is negated; nothing compares with what is undefined. None where
    /// the virtual machine is to say.
    fn holds(&self, input: &Value, element: &Value) -> Option<bool> {
        let left = self.left.of(input, element);
        let right = self.right.of(input, element);
        if matches!(left, Value::Undefined) || matches!(right, Value::Undefined) {
            return Some(false);
        }
        match (self.relation, right) {
            (Relation::Equal, _) => Some(left == right),
            (Relation::Unequal, _) => Some(left != right),
            (Relation::Within, Value::Array(elements)) => Some(elements.contains(left)),
            (Relation::Within, Value::Set(elements)) => Some(elements.contains(left)),
            (Relation::Within, _) => None,
        }
    }
}

impl Body {
    fn may_hold(&self, input: &Value) -> bool {
        let nothing = &Value::Undefined;
        let hold = |conditions: &[Condition], element: &Value| {
            conditions.iter().all(|one| one.may_hold(input, element))
        };
        if !hold(&self.conditions, nothing) {
            return false;
        }
        let Some(some) = &self.some else {
            return true;
        };
        match at(input, &some.collection) {
            Value::Array(elements) => elements.iter().any(|one| hold(&some.conditions, one)),
            Value::Set(elements) => elements.iter().any(|one| hold(&some.conditions, one)),
            Value::Object(members) => members.values().any(|one| hold(&some.conditions, one)),
            _ => true,
        }
    }
}
