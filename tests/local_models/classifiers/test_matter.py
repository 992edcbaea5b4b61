"""Code and mathematics are told from the talk of a shop."""

from __future__ import annotations

import pytest

from local_models.classifiers.matter import tell_matter
from tests.local_models.classifiers.matter_lines import lines


@pytest.mark.parametrize(
    "text",
    [
        "怎么修改微信小程序的收货地址", "怎么写小程序订单备注", "Let me know (asap)", "using paypal (visa)",
        "private message (DM)", "fix my query please", "积分上限是多少", "尺寸是 30×40 的有吗", "≥3件包邮吗",
        "矩阵大灯保修吗", "我可以证明：我没收到货", "199+30=229，为什么收我259", "199 + 30 = 229", "class action (lawsuit)",
        "return; I want to return the shoes (size 9)", "if (possible) { refund }", "fix the code on my coupon",
    ],
)  # fmt: skip
def test_the_talk_of_a_shop_is_neither_code_nor_mathematics(text: str) -> None:
    matter = tell_matter(text)
    assert (matter.has_code, matter.has_math) == (False, False)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM orders", "int main() { return 0; }", "How do I reverse a list in Python?", "pip install requests",
        '{"a": [1,2,3]}', "TypeError: undefined is not a function", "implement quicksort", "用C语言实现链表", "x = 1\ny = f(x)",
        "\n\n   def f(x):\n",
    ],
)  # fmt: skip
def test_code_is_seen_by_how_it_is_built(text: str) -> None:
    assert tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    ["25*4等于多少", "请问25*4等于几啊", "1+1等于几", "(3+5)*2等于多少", "12÷3是多少？", "100-37等于多少", "2x + 3 = 7", "证明根号2是无理数", "What is 15% of 200?", "123 * 456 = ?", "3/4 + 1/2", "5!", "$\\frac{1}{2}$"],
)  # fmt: skip
def test_mathematics_is_seen_in_what_is_left_open(text: str) -> None:
    assert tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    [
        "I need a proof of insurance for my car", "proof of delivery please", "My proof of age was rejected", "How can I prove the source of my funds?",
        "can you prove that you sent it", "proof that the order number is correct", "proof that the induction cooker is broken", "微积分教材什么时候发货",
        "概率论这本书多少钱", "When does my calculus textbook ship?", "能证明是7月1日签收的吗",
    ],
)  # fmt: skip
def test_proofs_and_books_of_a_shop_are_no_mathematics(text: str) -> None:
    assert not tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    [
        "A train travels 60 miles in 1.5 hours. What is its average speed?", "If 3 pens cost $4.50, how much do 7 pens cost?", "Is 91 prime?",
        "Tom has 24 marbles. He gives a third of them to Anna and loses 5. How many marbles does he have left?", "Factor 360 into primes",
        "What is 2 to the power of 10?", "what is twelve plus one hundred and ninety six", "Let G be a group of order 15. Show that G is cyclic.",
        "Prove by induction that 1+2+...+n = n(n+1)/2", "甲乙两车相距300公里相向而行，速度分别是40和60，几小时相遇", "圆的半径是3，面积多少", "求1到100的和", "七乘八等于多少",
        "tan 45度是多少", "91是质数吗", "2的10次方是多少", "12个苹果平均分给4个小朋友，每人分几个？", "这本概率论习题集里求期望的值那题怎么解",
    ],
)  # fmt: skip
def test_sums_that_are_told_in_words_are_mathematics(text: str) -> None:
    assert tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    [
        "I ordered 3 shirts at $20 each, how much is shipping?", "I returned 2 of 5 items, how much will be refunded?", "She ordered 3 shirts at $20 each. 2 were returned. How much is shipping?",
        "2 shirts and 1 cap, how much?", "How much does it cost to send 5 kg to Canada?", "8+256和12+512差多少钱", "8+256等于多少钱", "8+256是多少", "2+1年质保", "1+1活动", "30x40等于多少寸", "38-39等于多少", "199+30等于229吗", "满300减50，我买两件便宜多少", "买2件打8折，3件多少钱", "一箱12瓶，3箱多少钱",
        "预售定金50抵100，尾款还要付多少", "订单1到3都没收到，求发货", "半径3公里内能配送吗", "小明同学的音箱多少钱",
    ],
)  # fmt: skip
def test_sums_of_a_customer_are_no_mathematics(text: str) -> None:
    assert not tell_matter(text).has_math


@pytest.mark.parametrize(
    "text",
    [
        "fix ```a b c``` please", "look:\n```\nhello\n```", "~~~\nx = 1\n~~~", "look:\n~~~python\nprint(1)\n~~~\n", "SELECT count(*) from t", "df.groupby('a').agg({'b':'sum'})", "x = [i**2 for i in range(10)]",
        "awk '{print $1}' file.txt", "if [ -f x ]; then echo yes; fi", "for f in *.txt; do wc $f; done", ".header { color: red; margin: 0; }", "ls -la | grep conf",
        "FROM python:3.11\nCOPY . .", "kind: Pod\nspec:\n  containers:\n    - name: web\n  status:\n    phase: up", "apiVersion: v1\nkind: Service", "val xs = List(1, 2).map(_ * 2)",
        "5.times do |i| puts i end", "let rec f n = if n = 0 then 1 else f (n - 1)", "map (+1) [1,2,3]", "(defun add (a b) (+ a b))", "mov eax, 5", "int a[5]; a[5]=1;", "if x > 3:\n    y = 2",
        'API返回{"error":"timeout"}怎么办', "我们收到{'code': 500}是什么意思", 'the webhook sends {"event":"order.paid","id":"evt_123"} twice', "=SUM(A1:A10) not working",
        "=VLOOKUP(A2,B:C,2,0) 报错", '单元格里写=IF(A1>3,"x","y")不对', "console.log(order) prints undefined", "getOrder() returns null", "order.get(id)返回null",
        "NullPointerException怎么解决", "How do I center a div in CSS?", "Refactor this React component to use hooks", "请帮我debug一下：int a[5]; a[5]=1;", "sudo apt install git",
        "npm install react react-dom", "DROP TABLE users", "drop table users;", "create table t (id int)", "from utils import helper, other",
    ],
)  # fmt: skip
def test_code_of_many_tongues_is_seen(text: str) -> None:
    assert tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    [
        "屏幕清晰```外观好看``", "`````````很好", "你们发货了吗~~~", "谢谢~~~", "hello~~~ where is my order", "~~~", "~~~你好~~~\n在吗~~~", "drop table lamp price?", "create table reservation for 4", "npm install class near me",
        "sudo cream 125g", "print(er) ink", "from Monday import duty rises", "print(s) on canvas", "alter table height please", "delete from cart the red one",
        "import taxes as expected", "Name: Anna\nOrder: 12345\nSize: M", "Java咖啡什么时候发货", "这个组件少了一个怎么办", "我的代码输错了：AB12", "(refund my order)",
        "add 2, remove 1", "map of stores (Berlin)", "for (my) mother: flowers", "double bed; size 140", "my order {12345} is late", "order(s) returned", "my item(s) returned none",
    ],
)  # fmt: skip
def test_words_and_smiles_of_a_shop_are_no_code(text: str) -> None:
    assert not tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    [
        "java编程思想这本书有货吗", "python入门书多少钱", "C语言教材还有吗", "有没有javascript高级程序设计第四版", "深入理解计算机系统多少钱", "算法导论有中文版吗", "Head First Java 什么时候发货", 'Is "Learning Python" in stock?',
        "how much is the Java programming book", "do you sell C++ Primer", r"the SQL cookbook I ordered hasn't arrived", "我买的python教程书少了一本", "python编程从入门到实践 第3版 包邮吗",
        "想退掉那本Java核心技术", "Linux鸟哥私房菜有货没", "有没有适合小孩的编程书", "少儿编程玩具多少钱", "编程机器人课程怎么买", "Scratch编程积木有优惠吗", "数据结构教材买哪个版本好", "MySQL必知必会还有库存吗", "React实战这本书什么时候到", "php从入门到精通包邮吗",
        "买了两本C++ primer，只到了一本", "程序员键盘有推荐吗", "do you have a book on machine learning with python", "Which Python book would you recommend for kids?",
        r"I'd like to return the Java textbook", "is the kindle edition of Clean Code available", "coding toys for 8 year olds price", "R语言实战第二版有货吗", "go语言圣经多少钱",
        "excel vba教程书还有吗", "我要一本html5书", "python课程退款", "Java培训班怎么报名", "请问流畅的python第二版什么时候补货", "给孩子买的python启蒙书收到了两本一样的", "java从小白到大牛 精装版 打折吗", "你们卖c语言程序设计谭浩强那本吗",
        "sql基础教程这书多少页", "vue.js设计与实现 塑封还在吗", "我买的《代码整洁之道》封面破了", "程序员修炼之道有签名版吗", "《算法图解》和《大话数据结构》一起买包邮吗", "数据库系统概念第七版到货通知", "编程猫的课程能退费吗", "python网课什么时候开课", "二手的android开发书收吗",
        "matlab教材少发了一本", "html css 网页设计教程带光盘吗", "go语言程序设计那本还有现货没", "c++ primer plus 快递到哪了", "Is the second edition of Fluent Python available?",
        "How much is shipping for the JavaScript textbook?", "I received the wrong Python book", "do you stock books about SQL", "any discount on coding bootcamp courses",
        "can I exchange the C programming book for a newer edition", "Return policy for programming ebooks?", "My Rust book arrived with torn pages",
        "Looking for a beginner Java book for my son", "price of Introduction to Algorithms hardcover", "does the HTML book come with a CD", "python shaped mug in stock?",
        "are your coding toys suitable for a 6 year old",
    ],
)  # fmt: skip
def test_whoever_shops_for_books_and_courses_on_programming_asks_for_no_code(text: str) -> None:
    assert not tell_matter(text).has_code


@pytest.mark.parametrize(
    "text",
    [
        "写个爬虫", "how do I reverse a list in Python", "python怎么读取csv文件", "java里string和stringbuilder的区别", "c语言指针怎么用", "def f(x): return x", "SELECT * FROM t", "写一段python代码求质数",
        "用java写一个冒泡排序", "sql怎么去重", r"explain this regex: ^\d+$", "why does my javascript function return undefined", "python list comprehension示例",
        "帮我看看这段代码哪里错了 for i in range(10) print(i)", "java编程思想里的多态怎么写", "C语言怎么输出书的价格列表", "写一个图书管理系统的python程序", "How to sort a dict by value in python", "react useEffect 无限循环",
        "NullPointerException怎么解决", "mysql 索引失效的原因 ", "html怎么居中div", "我的python代码报错了 ImportError", "docker run -p 80:80 nginx", "can you write a bash script to rename files",
        "什么是递归，用python举例", "git rebase和merge区别", "how to center a div in CSS", "c++ vector 怎么删除元素", "写个python脚本统计书的销量", "pandas怎么按列分组求和",
        "implement a bookstore class in Java", "go语言怎么开协程", "swift怎么解析json", "python怎么把列表转成字符串", "java怎么连接mysql数据库", "帮我用c语言写个计算器", "sql 查询每个部门工资最高的人", "vue组件之间怎么传值",
        "css怎么让图片自适应", "这段js代码为什么不执行", "写个脚本批量改文件名", "python装饰器是什么", "docker怎么删除所有容器", "linux怎么查看端口占用", "正则怎么匹配手机号", "c++指针和引用的区别", "用pandas读excel报错", "java多线程怎么同步",
        "how to read a json file in python", "What does static mean in Java?", "write a function that checks for palindromes", "explain closures in JavaScript",
        "my React component re-renders too often", "SQL query to find duplicate rows", "fix this: for(int i=0;i<=n;i++) sum+=a[i]", "convert this Python script to Go",
        r"what's the difference between let and var in javascript", "implement binary search in C++", "how do I parse XML in C#", "write a regex for email validation",
        "Uncaught TypeError: Cannot read properties of undefined", "optimize this SQL query",
    ],
)  # fmt: skip
def test_questions_about_programs_are_code_also_where_they_speak_of_books(text: str) -> None:
    assert tell_matter(text).has_code


@pytest.mark.parametrize("kept_back", [False, True])
def test_nineteen_lines_of_twenty_are_told_right(kept_back: bool) -> None:
    wrong = []
    for text, holds in lines(kept_back=kept_back):
        matter = tell_matter(text)
        found = "C" * matter.has_code + "M" * matter.has_math
        if found != holds if not holds else holds not in found:
            wrong.append(text)
    assert len(wrong) <= len(lines(kept_back=kept_back)) // 20
