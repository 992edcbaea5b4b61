"""What people write in shops, and what programmers and pupils write: lines with what they hold besides prose.

`C` is code or a wish for it, `M` mathematics. Every second line was never looked at while the patterns were made.
"""

from __future__ import annotations

_SHOP_ZH = """\
小程序登录不了怎么办
验证码一直收不到
优惠代码输进去说无效
帮我改一下收货人的程序在哪
你们这个退货程序太复杂了
兑换代码怎么用
邀请代码填错了能修改吗
写错名字了怎么改
我想写个好评
积分怎么换东西
积分余额和积分上限在哪看
我这个月积分怎么计算
运费怎么计算的
满300-50可以和满200-30一起用吗
买一送一还是1+1第二件半价
这个柜子 60×40×180 放得下吗
尺寸30*40有现货吗
100*2=200，你们收了我220
199-20=179，怎么付了199
水温≥60度可以洗吗
保质期≥12个月吗
中奖概率高吗
抽盲盒出隐藏款的概率是多少
矩阵式的台灯多少钱
几何拼接的地毯还有吗
能证明是正品吗
请提供收货证明：我要报销
收入证明怎么开
证明材料上传不了
三角形的晾衣架断了
函数计算器还有货吗
根本没有收到货
求你们快点发货
求一个客服电话
我算了一下，少退了我12块
算错钱了吧，3件应该是297
订单2024031512345，运单SF1234567890123
手机号138-1234-5678改成139-8765-4321
小红书上看到的那款还有吗
小明同学的音箱多少钱
排序按价格怎么弄
怎么查找我的历史订单
方程式赛车模型有货吗
余额不足怎么办
根据订单给我算下税
app报错，显示网络异常
系统提示error怎么回事
页面显示404
这个函授课程可以退吗
打印机驱动程序装不上"""

_SHOP_EN = """\
my promo code does not work
the code on the gift card is unreadable
please write the code from the label for me
can you explain the loyalty program
what class of shipping is this
is there a class (beginner) for this camera
return label (missing)
return policy; how many days?
import taxes (UK) who pays
public pickup point (locker)
private seller (ebay)?
let me see it (photo)
for size 9 (wide)
if possible (today) please
using klarna (pay later)
update my email to a@b.com
select gift wrap from the options
create an account for my wife
delete my account from your system
package torn (front)
the app shows an error when I pay
there is a bug in your checkout
a bug crawled out of the box
python print leggings size M
java coffee 500g
rust stains on the table
swift delivery please
I want to join the referral program
where do I find the script for the ukulele course
list of stores in Berlin
what is the price of 2 shirts
what is 3 for 2 offer
what is 30x40 frame price
how many are left
how long for delivery
how many ways to pay are there
2 x 29.99 = 59.98, you charged 69.98
$20 - $5 = $15, not $20
it was 19.99 + 4.99 shipping
order #1234-5678 (2 items)
size = 42
color: red; size: L
triangle bra size S
square dining table
cube storage boxes
my prime membership
series 7 watch band
buy 2 get 1 free!!! 50% off?
10% of my order was missing
what is 20% discount code"""

_CODE = """\
def add(a, b): return a + b
print("hello world")
SELECT id, name FROM users;
select count(*) from orders where status = 'paid'
INSERT INTO t VALUES (1, 2)
const x = await fetch(url)
let y = [1, 2, 3];
public static void main(String[] args) {
for (int i = 0; i < n; i++) { sum += i; }
if (a == b) { return true; }
while True:\\n    pass
import pandas as pd
from os import path
#include <stdio.h>
npm install express
git push origin main
kubectl get pods
{"name": "x", "age": 3}
<div id="app"></div>
Traceback (most recent call last):
KeyError: 'name'
how to merge two lists in python
how do I sort a dictionary by value in Python?
write a python script to rename files
explain this regex ^a+$
what does this function do: f = lambda x: x * 2
convert this SQL query to pandas
implement a linked list in Java
debug my javascript function
fix this code, it throws an exception
write unit tests for the parser
用python写一个爬虫
帮我写个快速排序
这段代码为什么报错
java怎么实现多线程
写一个正则匹配手机号
帮我优化这条sql
用js写个倒计时
写一个计算器程序
js里怎么判断数组"""

_MATH = """\
3x - 7 = 11
x^2 - 5x + 6 = 0
x + y = 10, x - y = 2
solve for y: 2y = 8
what is 17 * 23?
what is 15% of 80
calculate 144 / 12
12 + 30 = ?
find the derivative of x^3
integrate sin(x) from 0 to pi
prove that the square root of 3 is irrational
what is the probability of rolling two sixes
how many ways can 5 people sit in a row
find the area of a triangle with sides 3, 4, 5
the hypotenuse of a right triangle
is 97 a prime number
factor the polynomial x^2 - 9
find the eigenvalues of the matrix
a car drives 60 km/h for 2 hours, how far does it go
log2(8) = ?
lim x->0 sin(x)/x
\\\\frac{a}{b} = c
解方程 x+5=12
求x的值：3x=9
求导 y=sin x
计算 25*16
计算1/2+1/3
证明素数有无穷多个
证明三角形内角和为180度
求函数的最大值
等差数列求和
求圆的面积
抛两枚硬币，都是正面的概率
求矩阵的秩
鸡兔同笼怎么算
小明有12支笔，给了小红3支，还剩几支
一元二次方程怎么解
17的平方是多少
100除以7余几
求不定积分 x dx"""


def lines(*, kept_back: bool) -> list[tuple[str, str]]:
    """Each line with what it holds: `C`, `M` or nothing."""
    found = []
    for holds, texts in (("", _SHOP_ZH), ("", _SHOP_EN), ("C", _CODE), ("M", _MATH)):
        each = [line.replace("\\n", "\n") for line in texts.split("\n")]
        found += [(line, holds) for line in each[kept_back::2]]
    return found
